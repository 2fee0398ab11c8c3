import { fenceRanges, insideRange } from "./code-ranges.ts";

const mediaLine = /^([ \t]*)MEDIA:[ \t]*(.*?)[ \t]*\r?$/;
const maxSourceLength = 4096;

/** Checks one source of a `MEDIA:` line. Returns what to attach, or undefined when the source is not acceptable. */
export type MediaSource = (source: string) => string | undefined;

export interface MediaLines {
  text: string;
  mediaUrls: string[];
  /** Sources that stayed in the text. */
  refused: string[];
}

/** Takes the `MEDIA:` lines out of a text. Lines in fenced code are text; refused sources stay where they are. */
export function takeMediaLines(text: string, accept: MediaSource): MediaLines {
  if (!text.includes("MEDIA:")) return { text, mediaUrls: [], refused: [] };
  const fences = fenceRanges(text);
  const mediaUrls: string[] = [];
  const refused: string[] = [];
  const lines: string[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const start = at;
    at += line.length + 1;
    const match = insideRange(fences, start) ? null : mediaLine.exec(line);
    if (match === null) {
      lines.push(line);
      continue;
    }
    const accepted: string[] = [];
    const rest: string[] = [];
    for (const source of sources(match[2] ?? "")) {
      const url = source.value.length > maxSourceLength ? undefined : accept(source.value);
      if (url === undefined) {
        refused.push(source.value);
        rest.push(source.written);
      } else {
        accepted.push(url);
      }
    }
    mediaUrls.push(...accepted);
    if (accepted.length === 0) lines.push(line);
    else if (rest.length > 0) lines.push(`${match[1] ?? ""}MEDIA: ${rest.join(" ")}`);
  }
  return { text: lines.join("\n"), mediaUrls, refused };
}

/** Cuts a last line off that may become a `MEDIA:` line while the text is still being written. */
export function withoutUnfinishedMediaLine(text: string): string {
  const start = text.lastIndexOf("\n") + 1;
  const line = text.slice(start).trimStart();
  if (line === "") return text;
  const possible = line.startsWith("MEDIA:") || "MEDIA:".startsWith(line);
  if (!possible || insideRange(fenceRanges(text), start)) return text;
  return text.slice(0, start);
}

function sources(rest: string): { value: string; written: string }[] {
  const quoted = /^(["'`])(.+)\1$/.exec(rest);
  if (quoted?.[2] !== undefined && !quoted[2].includes(quoted[1] ?? "")) return [{ value: quoted[2], written: rest }];
  const found: { value: string; written: string }[] = [];
  for (const match of rest.matchAll(/"([^"]+)"|'([^']+)'|`([^`]+)`|(\S+)/g)) {
    found.push({ value: match[1] ?? match[2] ?? match[3] ?? match[4] ?? "", written: match[0] });
  }
  return found;
}
