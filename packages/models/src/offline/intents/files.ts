import type { Intent } from "../turn.ts";
import { call, say } from "../turn.ts";
import { file, folder, sentence } from "../words.ts";
import {
  because,
  fenced,
  fileContent,
  isMissing,
  listCall,
  listedNames,
  notOffered,
  readCall,
} from "../workspace-calls.ts";

const placeWords = "(?:(?:the|my|your|our|this|current)\\s+)*(?:(?:folder|directory)\\s+)?";
const place = `(?:\\s+(?:(?:are|is|do i have|do we have|exist)\\s+)?(?:there\\s+)?(?:in|of|under|inside|at|from)\\s+${placeWords}(?<folder>${folder})(?:\\s+(?:folder|directory|dir))?)?`;

export const listFiles: Intent = {
  name: "list files",
  examples: ["list files", "list the files in your workspace", "what files are in memory?"],
  patterns: [
    sentence(
      `(?:list|show|show me|give me|display|see)\\s+(?:(?:all|the|my|your|our|every|of)\\s+)*(?:files?|folders?|director(?:y|ies)|contents?|workspace)(?:\\s+and\\s+(?:files|folders|directories))?${place}`,
    ),
    sentence(
      `(?:what|which)\\s+(?:files?|folders?)(?:\\s+(?:are|is)\\s+there|\\s+do\\s+(?:i|you|we)\\s+have|\\s+exist)?${place}`,
    ),
    sentence(
      `what(?:'s| is| do (?:i|you|we) have)\\s+in\\s+${placeWords}(?<folder>workspace|[\\w~./@+-]+/|[\\w~./@+-]+(?=\\s+(?:folder|directory)))(?:\\s+(?:folder|directory))?`,
    ),
    sentence(`(?:ls|dir|list)(?:\\s+${placeWords}(?<folder>${folder}))?(?:\\s+(?:folder|directory))?`),
  ],
  plan(slots, turn) {
    const named = slots.folder ?? "";
    const path = /^(?:workspace|here|it|there|files?|everything|all)?$/i.test(named) ? "." : named;
    const where = path === "." ? "your workspace" : path;
    const listing = listCall(turn, path);
    if (!listing) return say(notOffered("list files"));
    const outcome = turn.rounds[0]?.[0];
    if (!outcome) return call(listing);
    const names = listedNames(outcome);
    if (!names) {
      return say(
        isMissing(outcome) ? `There is no folder ${where}.` : `I could not list ${where}: ${because(outcome)}.`,
      );
    }
    if (names.length === 0) return say(`There are no files in ${where}.`);
    const lines = names.map((name) => (name.endsWith("/") ? `- ${name} (folder)` : `- ${name}`));
    return say(`${names.length === 1 ? "One entry" : `${names.length} entries`} in ${where}:\n\n${lines.join("\n")}`);
  },
};

export const readFile: Intent = {
  name: "read a file",
  examples: ["read notes.md", "show me the file AGENTS.md"],
  patterns: [
    sentence(
      `(?:read|show|open|display|print|cat|view)(?:\\s+(?:me|out|aloud))*(?:\\s+(?:the|my|your))?(?:\\s+(?:contents?|text)\\s+of)?(?:\\s+(?:the|my|your))?(?:\\s+file)?(?:\\s+(?:named|called))?\\s+(?<file>${file})`,
    ),
    sentence(`(?:what(?:'s| is)|what does it say)\\s+in\\s+(?:the\\s+)?(?:file\\s+)?(?<file>${file})`),
    sentence("(?:read|open|cat)(?:\\s+(?:the|my|your))?(?:\\s+file)?\\s+(?<file>[\\w.-]+)"),
  ],
  plan(slots, turn) {
    const path = slots.file ?? "";
    const reading = readCall(turn, path);
    if (!reading) return say(notOffered("read files"));
    const outcome = turn.rounds[0]?.[0];
    if (!outcome) return call(reading);
    if (isMissing(outcome)) return say(`There is no file ${path}. Say "list files" to see what is there.`);
    if (outcome.error !== undefined) return say(`I could not read ${path}: ${because(outcome)}.`);
    const { content, complete } = fileContent(outcome);
    if (content.trim() === "") return say(`${path} is empty.`);
    return say(`${path}${complete ? "" : " (its beginning; the file is longer)"}:\n\n${fenced(content)}`);
  },
};
