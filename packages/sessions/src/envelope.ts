/** The names channels put at the beginning of the bracketed header of a message. */
const channelLabels = [
  "WebChat",
  "WhatsApp",
  "Telegram",
  "Signal",
  "Slack",
  "Discord",
  "Google Chat",
  "iMessage",
  "BlueBubbles",
  "Mattermost",
  "Teams",
  "Matrix",
  "Zalo Personal",
  "Zalo",
  "LINE",
  "Nostr",
];

/** Line in front of a message whose sender stopped the run before it. */
export const stoppedRunNote = "[The user stopped your previous run before it was finished.]";
/** Line after the notes about attached files: how the model sends one back. */
export const mediaReplyHint = "To send a picture back, put a line `MEDIA:<path or URL>` into the answer.";

const systemLine = /^System: \[[^\]\n]*\d{4}-\d{2}-\d{2}[^\]\n]*\] /;
const mediaLine = /^\[media attached(?: \d+\/\d+)?: [^\n]*\]$/;

const header = /^\[([^\]\n]+)\][ \t]*/;
const isoMinute = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z/;
const localMinute = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}/;
const messageIdLine = /^[ \t]*\[message_id:[^\]\n]*\][ \t]*$/;

function isEnvelope(inside: string): boolean {
  if (isoMinute.test(inside) || localMinute.test(inside)) return true;
  return channelLabels.some((label) => inside === label || inside.startsWith(`${label} `));
}

/** What stands in front of a message: system lines and a blank one, notes about files, the note about a stopped run. */
function withoutPreface(text: string): string {
  const lines = text.split("\n");
  let at = 0;
  // Further lines of an event are indented.
  while (systemLine.test(lines[at] ?? "") || (at > 0 && lines[at]?.startsWith("  "))) at += 1;
  if (at > 0 && lines[at] === "") at += 1;
  while (mediaLine.test(lines[at] ?? "") || lines[at] === mediaReplyHint || lines[at] === stoppedRunNote) at += 1;
  return at === 0 ? text : lines.slice(at).join("\n");
}

/**
 * The text a user wrote, out of the text the model was given: without the lines the Gateway puts in front of it, without
 * the bracketed header of a channel or time stamp at its beginning and without `[message_id: …]` lines. Brackets the user
 * wrote stay.
 */
export function stripEnvelope(text: string): string {
  const own = withoutPreface(text);
  const inside = header.exec(own);
  const body = inside?.[1] !== undefined && isEnvelope(inside[1]) ? own.slice(inside[0].length) : own;
  if (!body.includes("[message_id:")) return body;
  return body
    .split("\n")
    .filter((line) => !messageIdLine.test(line))
    .join("\n")
    .trimEnd();
}
