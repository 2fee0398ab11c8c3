export const startMarker = "<<<EXTERNAL_UNTRUSTED_CONTENT>>>";
export const endMarker = "<<<END_EXTERNAL_UNTRUSTED_CONTENT>>>";

const startReplacement = "[[MARKER_SANITIZED]]";
const endReplacement = "[[END_MARKER_SANITIZED]]";
/** Markdown may have put a backslash in front of any of the signs. */
const marker = /(?:\\?<){3}\s*(END\\?_)?EXTERNAL\\?_UNTRUSTED\\?_CONTENT\s*(?:\\?>){3}/gi;

/** Signs that look like angle brackets, besides those that Unicode itself folds. */
const brackets: Readonly<Record<string, string>> = {
  "‹〈⟨❬❮❰˂ᐸ〈⧼": "<",
  "›〉⟩❭❯❱˃ᐳ〉⧽": ">",
  "«《⟪≪": "<<",
  "»》⟫≫": ">>",
  "⋘": "<<<",
  "⋙": ">>>",
};
/** Cyrillic and Greek letters that look like the marker's Latin ones. */
const letters: Readonly<Record<string, string>> = {
  АаΑα: "A",
  СсϹ: "C",
  ЕеΕε: "E",
  ⅬᏞ: "L",
  Ν: "N",
  ОоΟο: "O",
  Ѕѕ: "S",
  ТтΤτ: "T",
  ՍႮ: "U",
  ХхΧχ: "X",
};
const lookAlikes = new Map(
  [...Object.entries(brackets), ...Object.entries(letters)].flatMap(([signs, meaning]) =>
    [...signs].map((sign) => [sign, meaning] as const),
  ),
);

/**
 * Replaces everything a model could take for one of the two markers: any letter case, full-width and other look-alikes,
 * invisible characters and blanks inside.
 */
export function replaceMarkers(text: string): string {
  if (/^[\p{ASCII}]*$/u.test(text)) return text.replace(marker, replacementOf);
  const { folded, origins } = fold(text);
  let safe = "";
  let at = 0;
  for (const match of folded.matchAll(marker)) {
    const start = origins[match.index] ?? text.length;
    safe += text.slice(at, start) + replacementOf(match[0], match[1]);
    at = origins[match.index + match[0].length] ?? text.length;
  }
  return safe + text.slice(at);
}

function replacementOf(_match: string, end: string | undefined): string {
  return end === undefined ? startReplacement : endReplacement;
}

/** The text as a reader sees it, and for each of its characters the position it came from. */
function fold(text: string): { folded: string; origins: number[] } {
  let folded = "";
  const origins: number[] = [];
  let at = 0;
  for (const character of text) {
    const seen = appearance(character);
    folded += seen;
    for (let count = 0; count < seen.length; count += 1) origins.push(at);
    at += character.length;
  }
  origins.push(text.length);
  return { folded, origins };
}

function appearance(character: string): string {
  if (character <= "\u007f") return character;
  if (/^[\p{Default_Ignorable_Code_Point}\p{M}\p{Cf}]$/u.test(character)) return "";
  return lookAlikes.get(character) ?? character.normalize("NFKC");
}
