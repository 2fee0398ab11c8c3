/** The entries of an answer that names several, separated by commas, semicolons or line ends; each once. */
export function typedEntries(answer: string): string[] {
  const entries = answer.split(/[,;\n]+/).map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ""))];
}
