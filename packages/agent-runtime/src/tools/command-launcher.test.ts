import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createHostLauncher } from "./command-launcher.ts";

const folder = mkdtempSync(join(tmpdir(), "openclaw-shells-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = (name: string) => {
  const path = join(folder, name);
  writeFileSync(path, "");
  chmodSync(path, 0o755);
  return path;
};
const fish = program("fish");
const zsh = program("zsh");
const nologin = program("nologin");

const fileOf = async (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") =>
  (await createHostLauncher(platform).launch({ command: "ls", cwd: "/", env, pty: false })).file;

test("a command runs in the user's own shell", async () => {
  expect(
    await createHostLauncher("darwin").launch({ command: "ls", cwd: "/w", env: { SHELL: zsh }, pty: false }),
  ).toEqual({ file: zsh, args: ["-c", "ls"], cwd: "/w", env: { SHELL: zsh } });
});

test("without a usable shell it runs in sh", async () => {
  expect(await fileOf({})).toBe("sh");
  expect(await fileOf({ SHELL: nologin })).toBe("sh");
  expect(await fileOf({ SHELL: join(folder, "missing") })).toBe("sh");
});

test("fish, which reads no POSIX shell, is replaced", async () => {
  expect(await fileOf({ SHELL: fish, PATH: folder })).toBe("sh");
  program("bash");
  expect(await fileOf({ SHELL: fish, PATH: folder })).toBe("bash");
});

test("on Windows it runs in Windows PowerShell", async () => {
  const { file, args } = await createHostLauncher("win32").launch({ command: "dir", cwd: "C:\\", env: {}, pty: false });
  expect([file, ...args]).toEqual(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "dir"]);
});
