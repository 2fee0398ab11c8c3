import { performance } from "node:perf_hooks";

/** Why a check did not hold; its message is what the report prints. */
export class CheckFailure extends Error {
  constructor(message) {
    super(message);
    this.name = "CheckFailure";
  }
}

/** Throws a CheckFailure unless the condition holds. `seen` is shown, cut short, so that the reason can be judged. */
export function expect(condition, wanted, seen) {
  if (condition) return;
  const shown = seen === undefined ? "" : `; seen: ${excerpt(seen)}`;
  throw new CheckFailure(`expected ${wanted}${shown}`);
}

/** The beginning of a value as one line of text. */
export function excerpt(value, length = 400) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}

/**
 * Collects checks and prints one line for each: `✓ name (12 ms)`, or `✗ name` with the reason below. A check that
 * returns a string has it printed behind its name.
 */
export function createReport(write = (line) => console.log(line)) {
  let passed = 0;
  const failed = [];
  return {
    get passed() {
      return passed;
    },
    get failed() {
      return failed.length;
    },
    section: (title) => write(`\n${title}`),
    /** Runs one check. Returns whether it held; it never throws. */
    async check(name, work) {
      const started = performance.now();
      try {
        const note = await work();
        passed += 1;
        const detail = typeof note === "string" ? `: ${note}` : "";
        write(`✓ ${name}${detail} (${Math.round(performance.now() - started)} ms)`);
        return true;
      } catch (error) {
        failed.push(name);
        const reason = error instanceof Error ? error.message : String(error);
        const where = error instanceof CheckFailure ? "" : firstFrame(error);
        write(`✗ ${name}\n    ${reason.split("\n").join("\n    ")}${where}`);
        return false;
      }
    },
    summary: () => `${passed} passed, ${failed.length} failed`,
  };
}

function firstFrame(error) {
  const frame =
    error instanceof Error ? error.stack?.split("\n").find((line) => line.trim().startsWith("at ")) : undefined;
  return frame ? `\n    ${frame.trim()}` : "";
}
