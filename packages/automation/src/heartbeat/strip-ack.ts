/** What an agent answers when nothing needs attention. */
export const heartbeatToken = "HEARTBEAT_OK";

/** What is left of an answer. */
export interface StrippedAck {
  /** Nothing of it is to be told. */
  skip: boolean;
  text: string;
  /** The token was taken away. */
  stripped: boolean;
}

/**
 * Takes the acknowledgement off the ends of an answer; inside it stays.
 * @param options.ackMaxChars in heartbeats a rest of up to so many characters is nothing to tell; absent in messages
 */
export function stripHeartbeatAck(text: string, options: { ackMaxChars?: number } = {}): StrippedAck {
  if (text.trim() === "") return { skip: true, text: "", stripped: false };
  const plain = withoutMarkup(text);
  if (!text.includes(heartbeatToken) && !plain.includes(heartbeatToken)) return { skip: false, text, stripped: false };
  const own = withoutToken(text);
  const normalised = withoutToken(plain);
  const rest = own.stripped && own.text !== "" ? own : normalised;
  if (!rest.stripped) return { skip: false, text, stripped: false };
  if (rest.text === "") return { skip: true, text: "", stripped: true };
  const { ackMaxChars } = options;
  if (ackMaxChars !== undefined && rest.text.length <= ackMaxChars) return { skip: true, text: "", stripped: true };
  return { skip: false, text: rest.text, stripped: true };
}

function withoutMarkup(text: string): string {
  return text
    .replace(/<[^>]*>|&nbsp;/gi, " ")
    .replace(/^[\s*`~_]+/, "")
    .replace(/[\s*`~_]+$/, "");
}

function withoutToken(given: string): { text: string; stripped: boolean } {
  let text = given.trim();
  let stripped = false;
  for (;;) {
    const before = text;
    if (text.startsWith(heartbeatToken)) text = text.slice(heartbeatToken.length).trim();
    if (text.endsWith(heartbeatToken)) text = text.slice(0, -heartbeatToken.length).trim();
    if (text === before) break;
    stripped = true;
  }
  return { text: stripped ? text.replace(/\s+/g, " ").trim() : text, stripped };
}
