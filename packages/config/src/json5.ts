/** The error text of a file that is neither JSON nor JSON5; the message is the parser's, with line and column. */
export class Json5SyntaxError extends Error {
  override readonly name = "Json5SyntaxError";
}

/**
 * Parses JSON5. Plain JSON, which is what the programs themselves write, takes the engine's own parser; the JSON5
 * library is loaded only for the rest (it is some 4 ms of a cold start).
 * @throws Json5SyntaxError `SyntaxError: JSON5: invalid end of input at 1:4`
 */
export async function parseJson5(text: string): Promise<unknown> {
  const plain = parsePlainJson(text);
  if (plain) return plain.value;
  const { default: JSON5 } = await import("json5");
  try {
    return JSON5.parse(text);
  } catch (error) {
    throw new Json5SyntaxError(String(error), { cause: error });
  }
}

function parsePlainJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not JSON; the JSON5 parser decides whether it is an error and words it.
    return undefined;
  }
}
