/**
 * Whether a HEARTBEAT.md gives an agent nothing to do: every line is blank, a heading, or a list mark or checkbox with
 * nothing behind it.
 */
export function isEmptyHeartbeatFile(text: string): boolean {
  return text.split(/\r?\n/).every((line) => {
    const content = line.trim();
    return content === "" || /^#+(?:\s|$)/.test(content) || /^[-*+](?:\s*\[[ xX]?\])?$/.test(content);
  });
}
