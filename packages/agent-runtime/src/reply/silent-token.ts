/** What a model answers when nothing is to be said. */
export const silentToken = "NO_REPLY";
/** What a model answers when a heartbeat found nothing to report. */
export const heartbeatToken = "HEARTBEAT_OK";

/**
 * Removes the token at the start and at the end of a text; inside it stays. Returns an empty string when the text
 * was nothing but the token, also in markup such as `**NO_REPLY**`.
 */
export function stripToken(text: string, token: string): string {
  if (!text.includes(token)) return text;
  if (text.replace(/[\s*_~`"'<>#()[\].!]/g, "") === token.replace(/_/g, "")) return "";
  const start = new RegExp(`^\\s*[*_~\`"']*${token}[*_~\`"']*(?=\\s)\\s*`);
  const end = new RegExp(`\\s+[*_~\`"']*${token}[*_~\`"'.!]*\\s*$`);
  return text.replace(start, "").replace(end, "");
}

/** True while a text may still become nothing but the token, so that showing it would flash. */
export function mayBecomeToken(text: string, token: string): boolean {
  const start = text.replace(/^[\s*_~`"']+/, "").replace(/[\s*_~`"'.!]+$/, "");
  return token.startsWith(start);
}

/** Cuts a token, or the beginning of one, off the end of a text that is still being written. */
export function withoutTrailingToken(text: string, token: string): string {
  const at = text.search(/\s\S*\s*$/);
  if (at < 0) return text;
  const last = text
    .slice(at)
    .trim()
    .replace(/^[*_~`"']+/, "");
  const possible = last.length >= 2 && (token.startsWith(last) || last.startsWith(token));
  return possible ? text.slice(0, at) : text;
}
