import type { Stamp } from "./turn.ts";

/** A user message taken out of what the Gateway wraps around it. */
export interface IncomingMessage {
  /** Candidates for the words the person wrote, most complete first. */
  readonly candidates: readonly string[];
  readonly stamp?: Stamp;
  /** Everything, for checks of automatic prompts. */
  readonly raw: string;
  readonly mentionsImage: boolean;
}

const stampPattern =
  /^\[(?<weekday>[A-Z][a-z]{2}) (?<date>\d{4}-\d{2}-\d{2}) (?<time>\d{2}:\d{2}) (?<zone>[^\]]+)\]\s*/;
/** A channel's envelope, such as `[Telegram Ann +2m Fri 2026-02-13 10:00 UTC]`. */
const envelopePattern = /^\[[^\]\n]*\d{4}-\d{2}-\d{2}[^\]\n]*\]\s*/;
const untrustedHeading = /^Untrusted context \(metadata/m;

/** Removes stamps, ids, media notes and system lines from a message. */
export function readIncomingMessage(raw: string): IncomingMessage {
  const untrusted = raw.search(untrustedHeading);
  const own = untrusted < 0 ? raw : raw.slice(0, untrusted);
  const lines = own.split("\n");
  const mentionsImage = lines.some((line) => /^\[media attached.*\(image\//.test(line));

  const kept: string[] = [];
  let afterMedia = false;
  for (const line of lines) {
    if (/^\[message_id: [^\]]*\]\s*$/.test(line) || /^System: \[/.test(line)) continue;
    if (/^\[media attached/.test(line)) {
      afterMedia = true;
      continue;
    }
    // One hint line follows the media notes; it explains how to send a file back.
    if (afterMedia && /\bMEDIA:/.test(line)) continue;
    kept.push(line);
  }

  let text = kept.join("\n").trim();
  const stamp = stampPattern.exec(text)?.groups;
  text = text.replace(stampPattern, "").replace(envelopePattern, "").trim();
  const lastLine = text
    .slice(text.lastIndexOf("\n") + 1)
    .replace(stampPattern, "")
    .replace(envelopePattern, "");
  const candidates = [text, withoutSender(text), lastLine, withoutSender(lastLine)].map(plainWords);
  return {
    candidates: [...new Set(candidates)].filter((candidate) => candidate !== ""),
    ...(stamp && { stamp: readStamp(stamp) }),
    raw,
    mentionsImage,
  };
}

function readStamp(groups: Record<string, string>): Stamp {
  const { weekday = "", date = "", time = "", zone = "" } = groups;
  return { weekday, date, time, zone };
}

/** In groups a message starts with who wrote it. */
function withoutSender(text: string): string {
  return text.replace(/^[^:\n/`"]{1,40}:\s+(?=\S)/, "");
}

/** Leaves out politeness around a request. */
function plainWords(text: string): string {
  let words = text.trim();
  for (;;) {
    const next = words
      .replace(/^(?:please|pls|kindly|ok(?:ay)?|so|now|hey|assistant|openclaw)\b[\s,:!-]+(?=\S)/i, "")
      .replace(/^(?:can|could|would|will)\s+you\s+(?:please\s+)?(?=\S)/i, "")
      .replace(/^i(?:'d| would) like you to\s+/i, "")
      .replace(/[\s,]+(?:please|pls|thanks|thank you)[\s.!]*$/i, "");
    if (next === words) return words;
    words = next;
  }
}
