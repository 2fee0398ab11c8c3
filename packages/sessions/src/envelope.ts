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

const header = /^\[([^\]\n]+)\][ \t]*/;
const isoMinute = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z/;
const localMinute = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}/;
const messageIdLine = /^[ \t]*\[message_id:[^\]\n]*\][ \t]*$/;

function isEnvelope(inside: string): boolean {
  if (isoMinute.test(inside) || localMinute.test(inside)) return true;
  return channelLabels.some((label) => inside === label || inside.startsWith(`${label} `));
}

/**
 * The text a user wrote, out of the text the model was given: without the bracketed header of a channel or time stamp
 * at its beginning and without `[message_id: …]` lines. Brackets the user wrote stay.
 */
export function stripEnvelope(text: string): string {
  const inside = header.exec(text);
  const body = inside?.[1] !== undefined && isEnvelope(inside[1]) ? text.slice(inside[0].length) : text;
  if (!body.includes("[message_id:")) return body;
  return body
    .split("\n")
    .filter((line) => !messageIdLine.test(line))
    .join("\n")
    .trimEnd();
}
