/**
 * What to say about something that was thrown. Tools and providers throw anything: objects whose `toString` is no
 * function, errors whose message is no text or throws when it is looked at. Never throws itself.
 */
export function thrownText(thrown: unknown): string {
  try {
    const said: unknown = thrown instanceof Error ? thrown.message : thrown;
    // A plain object would say "[object Object]", which tells nobody anything.
    const json = typeof said === "object" && said !== null ? JSON.stringify(said) : undefined;
    return json ?? String(said);
  } catch {
    return `something that cannot be shown was thrown (${typeof thrown})`;
  }
}
