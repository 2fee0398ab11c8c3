/** The messages of A2UI 0.8; each line has exactly one. */
const actions = ["beginRendering", "surfaceUpdate", "dataModelUpdate", "deleteSurface"] as const;
const newerText = "Detected A2UI v0.9 JSONL (createSurface). OpenClaw currently supports v0.8 only.";

/** A text that no canvas would show. */
export class A2uiError extends Error {
  override readonly name = "A2uiError";
  readonly code = "invalid-a2ui";
}

/**
 * Checks JSONL before it is sent to a canvas and returns the number of its messages.
 * @throws A2uiError that names every line that is wrong
 */
export function checkA2ui(jsonl: string): number {
  const problems: string[] = [];
  let messages = 0;
  let newer = 0;
  for (const [index, text] of jsonl.split(/\r?\n/).entries()) {
    if (text.trim() === "") continue;
    const line = `line ${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      problems.push(`${line}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push(`${line}: expected JSON object`);
      continue;
    }
    if (Object.hasOwn(value, "createSurface")) {
      newer += 1;
      continue;
    }
    const named = actions.filter((action) => Object.hasOwn(value, action));
    if (named.length === 1) messages += 1;
    else problems.push(`${line}: expected exactly one action key (${actions.join(", ")})`);
  }
  if (newer > 0 && messages === 0 && problems.length === 0) throw new A2uiError(newerText);
  if (newer > 0 && messages > 0) problems.push("mixed A2UI v0.8 and v0.9 messages in one file");
  else if (newer > 0) throw new A2uiError(newerText);
  if (messages === 0 && problems.length === 0) problems.push("no JSONL messages found");
  if (problems.length > 0) {
    throw new A2uiError(["Invalid A2UI JSONL:", ...problems.map((problem) => `- ${problem}`)].join("\n"));
  }
  return messages;
}

/** The messages that show a text on the surface `main`. */
export function textSurface(text: string): string {
  const components = [
    { id: "root", component: { Column: { children: { explicitList: ["text"] } } } },
    { id: "text", component: { Text: { text: { literalString: text }, usageHint: "body" } } },
  ];
  return [{ surfaceUpdate: { surfaceId: "main", components } }, { beginRendering: { surfaceId: "main", root: "root" } }]
    .map((message) => `${JSON.stringify(message)}\n`)
    .join("");
}
