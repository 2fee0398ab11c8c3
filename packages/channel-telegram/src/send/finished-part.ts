import type { TelegramSettings } from "../account/telegram-settings.ts";

/**
 * What of a growing text is shown when it is shown in blocks: it goes on from `shown` characters in steps of `minChars` to
 * `maxChars`, each up to the kind of break that is preferred, else the next smaller kind.
 */
export function finishedPart(text: string, shown: number, steps: TelegramSettings["draftChunk"]): string {
  let end = Math.min(shown, text.length);
  for (;;) {
    const rest = text.slice(end, end + steps.maxChars);
    if (rest.length < steps.minChars) return text.slice(0, end);
    const step = lastBreak(rest, steps) ?? (rest.length >= steps.maxChars ? rest.length : undefined);
    if (step === undefined) return text.slice(0, end);
    end += step;
  }
}

const breaks = {
  paragraph: [/\n[ \t]*\n/g, /\n/g, /[.!?](?=\s)/g],
  newline: [/\n/g, /[.!?](?=\s)/g],
  sentence: [/[.!?](?=\s)/g],
} as const;

function lastBreak(text: string, { minChars, breakPreference }: TelegramSettings["draftChunk"]): number | undefined {
  for (const kind of breaks[breakPreference]) {
    const ends = [...text.matchAll(kind)].map((match) => match.index + match[0].length);
    const found = ends.findLast((end) => end >= minChars);
    if (found !== undefined) return found;
  }
  return undefined;
}
