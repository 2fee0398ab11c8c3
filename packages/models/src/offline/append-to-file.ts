import type { Step, Turn } from "./turn.ts";
import { call, say } from "./turn.ts";
import { because, fileContent, isMissing, listCall, listedNames, notOffered, readCall } from "./workspace-calls.ts";

/**
 * The steps that add text at the end of a file without touching what is in it: see whether it is there; write it when it
 * is new, else read it and replace its last lines by themselves and the addition. Answers with `done` of what happened.
 */
export function appendToFile(
  turn: Turn,
  options: {
    path: string;
    addition: string;
    newFile: string;
    done: (what: "created" | "added" | "unchanged") => string;
  },
): Step {
  const { path, addition } = options;
  if (!turn.tools.has("write")) return say(notOffered("write files"));
  const read = readCall(turn, path);
  if (!read) return say(notOffered("read files, and will not write to one I cannot read"));
  // Looking first spares the user a failed call in the chat when the file is yet to be made.
  const look = path.includes("/") ? undefined : listCall(turn, ".");
  const looked = look ? turn.rounds[0]?.[0] : undefined;
  if (look && !looked) return call(look);
  if (looked && listedNames(looked)?.includes(path) === false) {
    const written = turn.rounds[1]?.[0];
    if (!written) return call({ tool: "write", input: { path, content: options.newFile } });
    if (written.error !== undefined) return say(`I could not write to ${path}: ${because(written)}.`);
    return say(options.done("created"));
  }
  const [readRound, writeRound] = turn.rounds.slice(look ? 1 : 0);
  const seen = readRound?.[0];
  if (!seen) return call(read);

  if (seen.error !== undefined && !isMissing(seen))
    return say(`I could not read ${path} (${because(seen)}), so I left it alone.`);
  const created = seen.error !== undefined;
  const { content, complete } = created ? { content: "", complete: true } : fileContent(seen);
  if (holdsLine(content, addition)) return say(options.done("unchanged"));

  const written = writeRound?.[0];
  if (!written) return extend(turn, { ...options, content, complete });
  if (written.error !== undefined) return say(`I could not write to ${path}: ${because(written)}.`);
  return say(options.done(created || content.trim() === "" ? "created" : "added"));
}

function extend(
  turn: Turn,
  {
    path,
    addition,
    newFile,
    content,
    complete,
  }: { path: string; addition: string; newFile: string; content: string; complete: boolean },
): Step {
  if (content.trim() === "") return call({ tool: "write", input: { path, content: newFile } });
  if (turn.tools.has("edit")) {
    const anchor = lastUniqueLines(content);
    return call({ tool: "edit", input: { path, oldText: anchor, newText: `${anchor}\n${addition}` } });
  }
  // Without the edit tool the whole file has to be written, which is safe only when all of it was seen.
  if (!complete) return say(`${path} is too long for me to add to, so I left it alone.`);
  return call({ tool: "write", input: { path, content: `${content.replace(/\n+$/, "")}\n${addition}\n` } });
}

/** The shortest run of lines at the end of the text that occurs nowhere else in it. */
function lastUniqueLines(content: string): string {
  const lines = content.replace(/\s+$/, "").split("\n");
  for (let count = 1; count < lines.length; count++) {
    const anchor = lines.slice(-count).join("\n");
    if (anchor.trim() !== "" && content.indexOf(anchor) === content.lastIndexOf(anchor)) return anchor;
  }
  return lines.join("\n");
}

function holdsLine(content: string, addition: string): boolean {
  return !addition.includes("\n") && content.split("\n").some((line) => line.trim() === addition.trim());
}
