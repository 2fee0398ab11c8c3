// Writes until the system refuses, then says on stdout what was stored and what the refusal was. Argument: a directory.
import { join } from "node:path";
import { GroupCommit, JsonlFile, openJournal, StorageError, systemClock } from "../src/index.ts";

const [dir = ""] = process.argv.slice(2);

function writeUntilRefused(write: (i: number) => void): { stored: number; code: string; path: string } {
  for (let i = 0; ; i += 1) {
    try {
      write(i);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { stored: i, code: error.code, path: error.path };
    }
  }
}

const file = JsonlFile.open(join(dir, "lines.jsonl"));
const lines = writeUntilRefused((i) => file.append({ i, text: "x".repeat(100) }));
// A shorter one may still fit; it must not be glued to what was taken back.
let short = 0;
try {
  file.append({ short: true });
  short = 1;
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
}

const journal = openJournal({
  dir: join(dir, "journal"),
  commit: new GroupCommit(),
  clock: systemClock,
  onProblem: () => {},
});
const entries = writeUntilRefused((i) => journal.accept({ id: `e${i}`, source: "test", payload: "y".repeat(100) }));
console.log(JSON.stringify({ lines, short, entries, open: journal.open().length }));
