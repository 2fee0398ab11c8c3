import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveSandboxSettings } from "./sandbox-config.ts";

const scripts = resolve(import.meta.dirname, "../../../../scripts");
const { docker, browser } = resolveSandboxSettings({}, "main", { HOME: "/home/ann" });
const hasShell = process.platform !== "win32";

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "openclaw-setup-"));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

function runScript(name: string, path: string, args: string[] = []) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", [join(scripts, name), ...args], {
    encoding: "utf8",
    env: { PATH: path },
  });
  return { status, stdout, stderr };
}

test.runIf(hasShell).each([
  ["sandbox-setup.sh", docker.image, []],
  ["sandbox-browser-setup.sh", browser.image, ["--file", join(scripts, "sandbox", "browser.Dockerfile")]],
] as const)("%s builds %s for the user who runs it", (script, image, file) => {
  writeFileSync(join(bin, "docker"), `#!/bin/sh\nprintf '%s\\n' "$@" > "${bin}/args"\n`, { mode: 0o755 });
  const { status, stdout } = runScript(script, `${bin}:/usr/bin:/bin`, ["--pull"]);
  expect(status).toBe(0);
  expect(stdout).toContain(`Built ${image}.`);
  expect(readFileSync(join(bin, "args"), "utf8").trim().split("\n")).toEqual([
    ...["build", "--tag", image, ...file],
    ...["--build-arg", `SANDBOX_UID=${process.getuid?.()}`, "--build-arg", `SANDBOX_GID=${process.getgid?.()}`],
    "--pull",
    join(scripts, "sandbox"),
  ]);
});

test.runIf(hasShell).each(["sandbox-setup.sh", "sandbox-browser-setup.sh"])(
  "%s says that docker is missing",
  (script) => {
    // A folder with what the script itself needs, and without docker.
    writeFileSync(join(bin, "dirname"), '#!/bin/sh\nexec /usr/bin/dirname "$@"\n', { mode: 0o755 });
    const { status, stderr } = runScript(script, bin);
    expect(status).toBe(1);
    expect(stderr).toContain("docker is not installed");
  },
);

test.runIf(hasShell)("every script is valid for a plain shell", () => {
  const files = [scripts, join(scripts, "sandbox")].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".sh"))
      .map((name) => join(folder, name)),
  );
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) expect([file, spawnSync("/bin/sh", ["-n", file]).status]).toEqual([file, 0]);
});

test("the browser container listens where its settings say", () => {
  const entrypoint = readFileSync(join(scripts, "sandbox", "browser-entrypoint.sh"), "utf8");
  for (const [name, value] of [
    ["CDP_PORT", browser.cdpPort],
    ["VNC_PORT", browser.vncPort],
    ["NOVNC_PORT", browser.noVncPort],
    ["HEADLESS", browser.headless ? 1 : 0],
    ["ENABLE_NOVNC", browser.enableNoVnc ? 1 : 0],
  ] as const) {
    expect(entrypoint).toContain(`"\${OPENCLAW_BROWSER_${name}:-${value}}"`);
  }
});
