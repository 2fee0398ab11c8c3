/** Pieces of the patterns, so that the table of intents reads like the sentences it is for. */

/** A file: quoted, or a name with an ending, or a path with a slash. */
export const file =
  "`[^`\\n]+`|\"[^\"\\n]+\"|'[^'\\n]+'|[\\w~@+-][\\w~./@+-]*\\.[A-Za-z][A-Za-z0-9]{0,7}|[\\w~.@+-]*/[\\w~./@+-]*";

/** A folder: quoted or one word. */
export const folder = "`[^`\\n]+`|\"[^\"\\n]+\"|'[^'\\n]+'|[\\w~./@+-]*[\\w~/@+-]|\\.{1,2}";

/** What may stand behind a sentence. */
export const end = "[\\s.!?]*$";

/** Builds a pattern for a whole sentence, without regard to letter case; `.` also matches line ends. */
export function sentence(pattern: string): RegExp {
  return new RegExp(`^\\s*(?:${pattern})${end}`, "is");
}

/** Removes quotes or backticks around the whole text. */
export function unquoted(text: string): string {
  const match = /^(?:`+([^`]+)`+|"([^"]+)"|'([^']+)')$/s.exec(text.trim());
  return (match?.[1] ?? match?.[2] ?? match?.[3] ?? text).trim();
}
