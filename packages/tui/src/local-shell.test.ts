import { expect, it } from "vitest";
import { maxShellOutput, runInShell } from "./local-shell.ts";

const places = { cwd: "/", env: { PATH: process.env.PATH, SHELL: "/bin/sh" } };

it("brings what was written on both streams, and the exit code", async () => {
  expect(await runInShell("echo out; echo err >&2; exit 7", places)).toEqual({
    output: expect.stringMatching(/^(?:out\nerr|err\nout)\n$/),
    end: "exit 7",
  });
});

it("cuts long output and says so", async () => {
  const { output, end } = await runInShell("yes | head -c 100000", places);
  expect(output).toHaveLength(maxShellOutput + 1);
  expect(output.endsWith("…")).toBe(true);
  expect(end).toBe("exit 0");
});
