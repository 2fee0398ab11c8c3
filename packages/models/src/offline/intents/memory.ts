import { appendToFile } from "../append-to-file.ts";
import type { Intent, Step, ToolOutcome } from "../turn.ts";
import { call, say, turnDate } from "../turn.ts";
import { sentence } from "../words.ts";
import { because, fileContent, isMissing, listCall, listedNames, notOffered, readCall } from "../workspace-calls.ts";

const memoryFile = "MEMORY.md";
const notesFolder = "memory";
/** How many of the newest daily notes are looked through. */
const notesRead = 7;
/** How many remembered lines an answer shows. */
const linesShown = 40;

export const remember: Intent = {
  name: "remember",
  examples: ["remember that I like tea", "remember for today: call Ann"],
  patterns: [
    sentence(
      "(?:remember|memori[sz]e|keep in mind|don'?t forget)\\s+(?<daily>for today|today)(?:\\s*[:,-]\\s*|\\s+that\\s+|\\s+)(?<text>.+)",
    ),
    sentence(
      "(?:remember|memori[sz]e|keep in mind|don'?t forget)(?:\\s*[:,-]\\s*|\\s+(?:that\\s+|this\\s*[:,-]\\s*)?)(?<text>.+)",
    ),
  ],
  plan(slots, turn) {
    const text = (slots.text ?? "").replace(/\s*\n\s*/g, " ");
    const date = turnDate(turn);
    const path = slots.daily ? `${notesFolder}/${date}.md` : memoryFile;
    const heading = slots.daily ? `# ${date}` : "# Memory";
    const item = `- ${text}`;
    return appendToFile(turn, {
      path,
      addition: item,
      newFile: `${heading}\n\n${item}\n`,
      done: (what) =>
        what === "unchanged"
          ? `I already have that in ${path}: ${text}`
          : `I will remember: ${text} (saved in ${path})`,
    });
  },
};

export const recall: Intent = {
  name: "recall",
  examples: ["what do you remember?", "what do you remember about tea?", "recall tea"],
  patterns: [
    sentence(
      "what\\s+(?:do|did|can)\\s+you\\s+(?:remember|recall|know)(?:\\s+(?:about|of|on|regarding|concerning)\\s+(?<topic>.+?))?",
    ),
    sentence("what\\s+(?:have|did)\\s+i\\s+(?:told|tell)\\s+you(?:\\s+(?:about|of|on)\\s+(?<topic>.+?))?"),
    sentence("(?:what(?:'s| is)\\s+in|show(?:\\s+me)?|read)\\s+your\\s+memor(?:y|ies)"),
    sentence("do\\s+you\\s+(?:still\\s+)?(?:remember|recall|know)\\s+(?:about\\s+)?(?<topic>.+?)"),
    sentence("recall(?:\\s+(?:about\\s+)?(?<topic>.+?))?"),
  ],
  plan(slots, turn) {
    const reading = readCall(turn, memoryFile);
    if (!reading) return say(notOffered("read files, and my memory is in files"));
    const words = topicWords(slots.topic);
    const root = listCall(turn, ".");
    if (!root) {
      const [only] = turn.rounds;
      return only ? answer(only[0], [], [], words) : call(reading);
    }
    // What is not there is not read: nobody should see a failed call for an empty memory.
    const [looked, first, second] = turn.rounds;
    if (!looked) return call(root);
    const names = listedNames(looked[0]);
    const hasMemory = names?.includes(memoryFile) ?? true;
    const listing = names?.includes(`${notesFolder}/`) ? listCall(turn, notesFolder) : undefined;
    const wanted = [...(hasMemory ? [reading] : []), ...(listing ? [listing] : [])];
    if (wanted.length === 0) return answer(undefined, [], [], words);
    if (!first) return call(...wanted);
    const notes = listing ? dailyNotes(first.at(-1)) : [];
    if (notes.length > 0 && !second) return call(...notes.map((path) => ({ tool: "read", input: { path } })));
    return answer(hasMemory ? first[0] : undefined, notes, second ?? [], words);
  },
};

/** The newest daily notes of a listing, newest first. */
function dailyNotes(listing: ToolOutcome | undefined): string[] {
  const names = listedNames(listing) ?? [];
  return names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .reverse()
    .slice(0, notesRead)
    .map((name) => `${notesFolder}/${name}`);
}

function answer(
  memory: ToolOutcome | undefined,
  notes: readonly string[],
  contents: readonly ToolOutcome[],
  words: readonly string[],
): Step {
  if (memory?.error !== undefined && !isMissing(memory))
    return say(`I could not read ${memoryFile}: ${because(memory)}.`);
  const sources = [[memoryFile, memory] as const, ...notes.map((path, index) => [path, contents[index]] as const)];
  const found = sources.flatMap(([path, outcome]) => {
    if (!outcome || outcome.error !== undefined) return [];
    return rememberedLines(fileContent(outcome).content)
      .filter((line) => words.length === 0 || words.some((word) => line.toLowerCase().includes(word)))
      .map((line) => (path === memoryFile ? `- ${line}` : `- ${line} (${path})`));
  });
  const about = words.length > 0 ? ` about ${words.join(", ")}` : "";
  if (found.length === 0) {
    return say(`I remember nothing${about} yet. Say "remember that …" and I will keep it in ${memoryFile}.`);
  }
  const more = found.length > linesShown ? `\n\n… and ${found.length - linesShown} more lines in the files.` : "";
  return say(`This is what I remember${about}:\n\n${found.slice(0, linesShown).join("\n")}${more}`);
}

/** The lines that say something: no headings, no blank lines, no list marks. */
function rememberedLines(content: string): string[] {
  return content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:#|---|<!--|```)/.test(line))
    .map((line) => line.replace(/^[-*+]\s+/, ""));
}

const fillers = new Set([
  "the",
  "and",
  "for",
  "that",
  "about",
  "with",
  "from",
  "what",
  "who",
  "when",
  "where",
  "how",
  "mine",
  "our",
  "your",
  "this",
]);
const everything = /^(?:me|us|it|this|everything|anything|all|things?|so far|today|\s)+$/i;

/** The words of a topic that are worth searching for. None means everything. */
function topicWords(topic: string | undefined): string[] {
  if (!topic || everything.test(topic)) return [];
  const words = topic.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? [];
  const telling = words.filter((word) => word.length > 2 && !fillers.has(word));
  return telling.length > 0 ? telling : words;
}
