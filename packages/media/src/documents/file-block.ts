/** A file as a model reads it. Nothing in its name or its text can end the block. */
export function fileBlock(file: { name: string; mimeType: string; text: string }): string {
  const name = escaped(file.name.replace(/\p{Cc}+/gu, " ").trim());
  return `<file name="${name}" mime="${escaped(file.mimeType)}">\n${escaped(file.text)}\n</file>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
