import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { analyzeCommand } from "./command-analysis.ts";
import { defaultSafeBins } from "./programs/safe-bins.ts";
import { createTestMachine } from "./testing/test-machine.ts";

const machine = createTestMachine();
const root = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-shells-")));
afterAll(() => {
  machine.close();
  rmSync(root, { recursive: true, force: true });
});

const listed = [
  "ls",
  "cat",
  "date",
  "env",
  "nice",
  "nohup",
  "time",
  "timeout",
  "xargs",
  "sh",
  "bash",
  "busybox",
  "find",
];
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const argument = fc.oneof(
  fc.constantFrom("-l", "-x", "a", "b c", "$X", "*.ts", "a;b", "a|b", "'", '"', "#", "--", "{}", "\\", "a\nb", ""),
  fc.string({ maxLength: 6 }),
);
const words = fc
  .array(
    argument.map((text) => quote(text.replaceAll("\0", ""))),
    { maxLength: 3 },
  )
  .map((list) => list.join(" "));
/** Puts a command into a place where it is run by a listed wrapper. */
const wrap = fc.constantFrom<(command: string) => string>(
  (command) => command,
  (command) => `env ${command}`,
  (command) => `env A=1 ${command}`,
  (command) => `nice -n 3 ${command}`,
  (command) => `nohup ${command}`,
  (command) => `time -p ${command}`,
  (command) => `timeout 5 ${command}`,
  (command) => `xargs -n 1 ${command}`,
  (command) => `busybox ${command}`,
  (command) => `sh -c ${quote(command)}`,
  (command) => `bash -lc ${quote(command)}`,
  (command) => `find . -exec ${command} {} +`,
  (command) => `A=1 B='c d' ${command}`,
);
const wrapped = (name: string) =>
  fc.tuple(words, fc.array(wrap, { maxLength: 3 })).map(([args, wraps]) => {
    const command = args === "" ? name : `${name} ${args}`;
    return wraps.reduce((inner, around) => around(inner), command);
  });
const separator = fc.constantFrom(" && ", " || ", " ; ", " | ", ";", "|", "&&");
const chain = (parts: fc.Arbitrary<string>[]) =>
  fc
    .tuple(fc.tuple(...parts), fc.array(separator, { minLength: parts.length, maxLength: parts.length }))
    .map(([commands, separators]) =>
      commands.map((command, index) => (index === 0 ? command : separators[index] + command)).join(""),
    );
const innocent = fc.constantFrom("ls", "cat", "date").chain(wrapped);
const guilty = fc
  .constantFrom("rm", "git", "./evil", "/bin/evil", "$X", "eval", "source", "sudo", "my-shell")
  .chain(wrapped);

test("no command with an unlisted program in any position passes the allowlist", () => {
  fc.assert(
    fc.property(
      fc
        .tuple(fc.array(fc.constant(innocent), { maxLength: 3 }), fc.nat(3))
        .chain(([others, place]) => chain([...others.slice(0, place), guilty, ...others.slice(place)])),
      (command) => {
        const analysis = machine.analyze(command, listed);
        expect(analysis.satisfied).toBe(false);
      },
    ),
    { numRuns: 1000 },
  );
});

test("a chain of listed programs passes", () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.constant(fc.constantFrom("ls", "cat -l", "date 'a b'", "env ls", "sh -c 'ls; date'")), {
          minLength: 1,
          maxLength: 4,
        })
        .chain(chain),
      (command) => {
        expect(machine.allows(command, listed)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("no text makes the analysis fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const analysis = machine.analyze(text, listed);
      expect(analysis.satisfied && !analysis.analysable).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

/**
 * The judges are the shells themselves: programs that note their names run for real, and what ran besides the listed
 * ones must not have been allowed.
 */
test("what real shells run of an allowed command is listed", () => {
  const bin = join(root, "bin");
  const cwd = join(root, "work");
  const notes = join(root, "ran");
  mkdirSync(bin);
  mkdirSync(cwd);
  const shells = ["/bin/sh", "/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell));
  for (const name of ["ok", "bad"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${notes}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const piece = fc.constantFrom(
    ..."ok|bad| ;|;| |\t|'|\"|\\|$|#|(|)|`|{|}|,|&&|||&|<|>|!|=|~|*|[|]|\n|$(|${|X|$X|A=1|-c|if|then|fi|time|eval|'bad'".split(
      "|",
    ),
    "|",
    "||",
    "\r",
    "$'",
    "ok ",
    " bad",
    "; bad",
    "\n bad",
    " # ",
  );
  const env = { PATH: bin, HOME: cwd, X: "bad" };
  let ran = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...shells), (pieces, shell) => {
      const command = `ok ${pieces.join("")}`;
      const analysis = analyzeCommand(command, {
        cwd,
        env,
        platform: "linux",
        shell,
        rules: { patterns: [join(bin, "ok")], safeBins: defaultSafeBins },
      });
      if (!analysis.satisfied) return;
      ran += 1;
      writeFileSync(notes, "");
      spawnSync(shell, ["-c", command], { cwd, env, timeout: 5000, input: "" });
      expect(readFileSync(notes, "utf8")).not.toContain("bad");
    }),
    { numRuns: 500 },
  );
  expect(ran).toBeGreaterThan(50);
});
