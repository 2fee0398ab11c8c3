import fc from "fast-check";
import { expect, test } from "vitest";
import { newJobId } from "./job-id.ts";
import { jobName } from "./job-texts.ts";

test.each([
  ["npm run dev", "npm run"],
  ["ls -la /tmp", "ls /tmp"],
  ["make", "make"],
  ["git -C '/my repo' status", "git /my repo"],
  ['echo "unclosed', 'echo "unclosed'],
  [`cat ${"a".repeat(100)}`, `cat ${"a".repeat(35)}…${"a".repeat(39)}`],
])("%s is called %s", (command, name) => {
  expect(jobName(command)).toBe(name);
});

test("names of commands are short whatever the command is", () => {
  fc.assert(
    fc.property(fc.string(), (command) => {
      expect(jobName(command).length).toBeLessThanOrEqual(120);
    }),
  );
});

test("a taken id gets a number, then a third word, then a number without a bound", () => {
  const taken = new Set<string>();
  const next = () => {
    const id = newJobId(
      (candidate) => taken.has(candidate),
      () => 0,
    );
    taken.add(id);
    return id;
  };
  const ids = Array.from({ length: 14 }, next);
  expect(ids.slice(0, 3)).toEqual(["amber-acorn", "amber-acorn-2", "amber-acorn-3"]);
  expect(ids.slice(11)).toEqual(["amber-acorn-12", "amber-acorn-acorn", "amber-acorn-acorn-2"]);
});
