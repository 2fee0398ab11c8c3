/** Texts and ids that are remembered. */
const TEXTS = 100;
const IDS = 2000;

/** What the assistant sent, so that it does not answer itself where it shares a number with its owner. */
export interface OwnEchoes {
  sent(message: { id?: string | undefined; text?: string | undefined }): void;
  /** Whether a message of the account's own is one of these; a text counts once. */
  isEcho(message: { id: string; text: string }): boolean;
}

export function createOwnEchoes(): OwnEchoes {
  const ids = new Set<string>();
  const texts: string[] = [];
  return {
    sent({ id, text }) {
      if (id) ids.add(id);
      const [oldest] = ids;
      if (ids.size > IDS && oldest !== undefined) ids.delete(oldest);
      if (text) texts.push(text);
      if (texts.length > TEXTS) texts.shift();
    },
    isEcho({ id, text }) {
      const at = texts.indexOf(text);
      if (at >= 0 && text !== "") texts.splice(at, 1);
      return ids.has(id) || (at >= 0 && text !== "");
    },
  };
}
