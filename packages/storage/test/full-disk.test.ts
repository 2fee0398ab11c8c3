import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { GroupCommit, openJournal, readJsonlFile, type StorageProblem, systemClock } from "../src/index.ts";

const childFile = fileURLToPath(new URL("full-disk-child.ts", import.meta.url));

it("keeps every line whole when the system takes a write only in part", () => {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-full-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  // A limit on the size of files stands for the full disk: the last write before it is taken in part, as on a disk.
  const output = execFileSync(
    "sh",
    ["-c", 'ulimit -f 9; exec "$0" --conditions=@openclaw/source "$@"', process.execPath, childFile, dir],
    { encoding: "utf8", env: { PATH: process.env.PATH } },
  );
  const told = JSON.parse(output);
  expect(told).toMatchObject({
    lines: { code: "file-size-limit", path: join(dir, "lines.jsonl") },
    entries: { code: "file-size-limit", path: join(dir, "journal", "00000001.jsonl"), stored: told.open },
  });
  expect(told.lines.stored).toBeGreaterThan(10);

  const { records, bad, tornTail } = readJsonlFile(join(dir, "lines.jsonl"));
  expect({ count: records.length, bad, tornTail }).toEqual({
    count: told.lines.stored + told.short,
    bad: [],
    tornTail: false,
  });

  const problems: StorageProblem[] = [];
  const journal = openJournal({
    dir: join(dir, "journal"),
    commit: new GroupCommit(),
    clock: systemClock,
    onProblem: (problem) => problems.push(problem),
  });
  expect(journal.open().map(({ id }) => id)).toEqual(Array.from({ length: told.open }, (_, i) => `e${i}`));
  expect(problems).toEqual([]);
  expect(journal.accept({ id: "later", source: "test", payload: 1 }).duplicate).toBe(false);
});
