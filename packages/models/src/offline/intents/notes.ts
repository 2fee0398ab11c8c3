import { appendToFile } from "../append-to-file.ts";
import type { Intent, Step, Turn } from "../turn.ts";
import { call, say } from "../turn.ts";
import { file, sentence } from "../words.ts";
import { because, notOffered } from "../workspace-calls.ts";

/** Where notes go that name no file. */
const notesFile = "notes.md";

const noteVerb = "(?:write|save|make|create|add|take|jot(?:\\s+down)?|store|put)(?:\\s+me)?";
const saying =
  "(?:\\s*[:,-]\\s*|\\s+(?:that\\s+says|which\\s+says|saying|with(?:\\s+the\\s+(?:text|words|content))?|that|about)\\s*:?\\s+|\\s+)";
const toFile = `(?:to|in|into|as|at)\\s+(?:the\\s+|a\\s+|my\\s+)?(?:file\\s+)?(?:named\\s+|called\\s+)?(?<file>${file})`;

export const saveNote: Intent = {
  name: "save a note",
  examples: ["save a note: buy milk", "write a note to shopping.md: buy milk", "note that the door code is 1234"],
  patterns: [
    sentence(`${noteVerb}\\s+(?:a\\s+|the\\s+|this\\s+|another\\s+)?note\\s+${toFile}${saying}(?<text>.+)`),
    sentence(`${noteVerb}\\s+(?:a\\s+|the\\s+|this\\s+|another\\s+)?note${saying}(?<text>.+?)\\s+${toFile}`),
    sentence(`${noteVerb}\\s+(?:a\\s+|the\\s+|this\\s+|another\\s+)?note${saying}(?<text>.+)`),
    sentence("note(?:\\s+down)?(?:\\s*:\\s*|\\s+that\\s+|\\s+to\\s+self\\s*:?\\s+)(?<text>.+)"),
  ],
  plan(slots, turn) {
    const text = slots.text ?? "";
    const path = slots.file ?? notesFile;
    const item = `- ${text.replace(/\s*\n\s*/g, " ")}`;
    return append(turn, path, item, slots.file ? `${item}\n` : `# Notes\n\n${item}\n`);
  },
};

export const writeFile: Intent = {
  name: "write to a file",
  examples: ["write buy milk to shopping.md", "create a file hello.txt with good morning"],
  patterns: [
    sentence(`overwrite\\s+(?:the\\s+)?(?:file\\s+)?(?<replaced>${file})\\s+with\\s*:?\\s+(?<text>.+)`),
    sentence(
      `(?:write|save|create|make)\\s+(?:a\\s+|the\\s+)?(?:new\\s+)?(?:text\\s+)?file\\s+(?:named\\s+|called\\s+)?(?<file>${file})${saying}(?<text>.+)`,
    ),
    sentence(`(?:write|save|add|append|put|store)\\s+(?:the\\s+(?:text|words|line)\\s+)?(?<text>.+?)\\s+${toFile}`),
    sentence(`(?:write|append|add)\\s+to\\s+(?:the\\s+)?(?:file\\s+)?(?<file>${file})${saying}(?<text>.+)`),
  ],
  plan(slots, turn) {
    const text = slots.text ?? "";
    return slots.replaced
      ? replaceFile(turn, slots.replaced, text)
      : append(turn, slots.file ?? notesFile, text, `${text}\n`);
  },
};

function append(turn: Turn, path: string, addition: string, newFile: string): Step {
  return appendToFile(turn, {
    path,
    addition,
    newFile,
    done(what) {
      switch (what) {
        case "created":
          return `Saved to ${path}, a new file.`;
        case "added":
          return `Saved at the end of ${path}; what was there before is unchanged.`;
        case "unchanged":
          return `${path} already has that line, so I left it as it is.`;
      }
    },
  });
}

function replaceFile(turn: Turn, path: string, text: string): Step {
  if (!turn.tools.has("write")) return say(notOffered("write files"));
  const outcome = turn.rounds[0]?.[0];
  if (!outcome) return call({ tool: "write", input: { path, content: `${text}\n` } });
  return say(
    outcome.error === undefined
      ? `Saved. ${path} now holds just that.`
      : `I could not write ${path}: ${because(outcome)}.`,
  );
}
