// A process that competes for the lease "a". It reads commands from stdin, one per line, and answers each with a line.
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createFileLease, LeaseHeldError, ownIdentity, systemClock } from "../index.ts";

const [defaultDir = ""] = process.argv.slice(2);
const answer = (line: string) => void process.stdout.write(`${line}\n`);

const commands = createInterface({ input: process.stdin });
commands.on("line", async (line) => {
  const [command, dir = defaultDir, at = "0"] = line.split(" ");
  switch (command) {
    case "acquire": {
      const lease = createFileLease({ dir, clock: systemClock });
      // All racers begin in the same millisecond.
      while (Date.now() < Number(at));
      try {
        await lease.acquire("a");
        answer("won");
      } catch (error) {
        if (!(error instanceof LeaseHeldError)) throw error;
        answer("lost");
      }
      return;
    }
    case "claim-and-die": {
      // The first step of a takeover, as it stands on the disk when the process is killed before the second one.
      const path = join(dir, "a.lease");
      const hash = createHash("sha256")
        .update(`${statSync(path).mtimeMs}\n${readFileSync(path, "utf8")}`)
        .digest("hex");
      writeFileSync(`${path}.claim-${hash.slice(0, 16)}`, JSON.stringify({ ...ownIdentity(), since: Date.now() }));
      answer("claimed");
      return;
    }
    case "throw":
      throw new Error("crash on purpose");
    default:
      answer("what?");
  }
});
answer("ready");
