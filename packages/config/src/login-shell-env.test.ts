import { expect, it } from "vitest";
import { importShellEnv, type RunProgram, wantsShellEnv } from "./login-shell-env.ts";
import { temporaryHome } from "./testing/temporary-home.ts";

const answering =
  (output: string, calls: unknown[] = []): RunProgram =>
  async (file, args, options) => {
    calls.push([file, args, options.timeoutMs, options.maxOutputBytes]);
    return output;
  };

it("copies only expected keys that are missing", async () => {
  const env: NodeJS.ProcessEnv = { SHELL: "/bin/zsh", SLACK_BOT_TOKEN: " " };
  const calls: unknown[] = [];
  const run = answering("OPENAI_API_KEY=a=b\0PATH=/evil\0SLACK_BOT_TOKEN=xoxb\0ZAI_API_KEY=\0NOEQUALS\0", calls);
  expect(await importShellEnv(env, { run })).toEqual(["OPENAI_API_KEY", "SLACK_BOT_TOKEN"]);
  expect(env).toEqual({ SHELL: "/bin/zsh", OPENAI_API_KEY: "a=b", SLACK_BOT_TOKEN: "xoxb" });
  expect(calls).toEqual([["/bin/zsh", ["-l", "-c", "env -0"], 15_000, 2 * 1024 * 1024]]);
});

it("does nothing when one expected key is there", async () => {
  const env: NodeJS.ProcessEnv = { GEMINI_API_KEY: "g" };
  const calls: unknown[] = [];
  expect(await importShellEnv(env, { run: answering("OPENAI_API_KEY=a", calls) })).toEqual([]);
  expect(calls).toEqual([]);
});

it("takes the time limit from the configuration, then from the environment", async () => {
  const limits: number[] = [];
  const run: RunProgram = async (_file, _args, options) => {
    limits.push(options.timeoutMs);
    return "";
  };
  await importShellEnv({ OPENCLAW_SHELL_ENV_TIMEOUT_MS: "70" }, { run });
  await importShellEnv({ OPENCLAW_SHELL_ENV_TIMEOUT_MS: "70" }, { run, timeoutMs: 50 });
  await importShellEnv({ OPENCLAW_SHELL_ENV_TIMEOUT_MS: "soon" }, { run, timeoutMs: 0 });
  expect(limits).toEqual([70, 50, 15_000]);
});

it("is wanted by the configuration or the environment, and can be put off", () => {
  expect(wantsShellEnv(undefined, {})).toBe(false);
  expect(wantsShellEnv(true, {})).toBe(true);
  expect(wantsShellEnv(false, { OPENCLAW_LOAD_SHELL_ENV: "yes" })).toBe(true);
  expect(wantsShellEnv(true, { OPENCLAW_DEFER_SHELL_ENV_FALLBACK: "1" })).toBe(false);
});

it("runs a real shell, and ends one that hangs", async () => {
  const { write, env } = temporaryHome();
  const shell = write("shell.sh", "#!/bin/sh\nexport OPENAI_API_KEY=from-shell\nexec env -0\n", 0o700);
  expect(await importShellEnv({ ...env, SHELL: shell })).toEqual(["OPENAI_API_KEY"]);
  const hanging = write("hang.sh", "#!/bin/sh\nsleep 60 & wait\n", 0o700);
  await expect(importShellEnv({ ...env, SHELL: hanging }, { timeoutMs: 30 })).rejects.toThrow(
    "did not answer within 30 ms",
  );
  const talkative = write("talk.sh", "#!/bin/sh\nyes\n", 0o700);
  await expect(importShellEnv({ ...env, SHELL: talkative })).rejects.toThrow("printed more than 2097152 bytes");
  const failing = write("fail.sh", "#!/bin/sh\nexit 3\n", 0o700);
  await expect(importShellEnv({ ...env, SHELL: failing })).rejects.toThrow("ended with exit code 3");
  await expect(importShellEnv({ ...env, SHELL: "/no/such/shell" })).rejects.toThrow("ENOENT");
});
