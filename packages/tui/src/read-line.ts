/** What a line of the editor asks for. */
export type Line =
  | { kind: "nothing" }
  /** For the local shell: `!ls`. */
  | { kind: "shell"; command: string }
  /** One of the chat's own or of the Gateway's: `/model gpt`. */
  | { kind: "command"; name: string; argument: string }
  | { kind: "message"; text: string };

/** Reads what was typed. A lone `!`, and a `!` behind a space, are ordinary messages. */
export function readLine(raw: string): Line {
  const text = raw.trim();
  if (text === "") return { kind: "nothing" };
  if (raw.startsWith("!") && text.length > 1) return { kind: "shell", command: text.slice(1).trim() };
  const command = /^\/([a-z][\w:-]*)(?:\s+(.*))?$/is.exec(text);
  if (command?.[1]) return { kind: "command", name: command[1].toLowerCase(), argument: (command[2] ?? "").trim() };
  return { kind: "message", text };
}
