import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

/** Programs that note what they are asked and answer as Google's would. */
function fakePrograms(names: readonly string[]): string {
  const bin = path.join(home.home, "bin");
  mkdirSync(bin);
  const answers = 'case "$*" in *"auth list"*) echo me@example.com;; *describe*) exit 1;; esac';
  for (const name of names) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $*" >> ${path.join(bin, "calls")}\n${answers}\n`, {
      mode: 0o755,
    });
  }
  return bin;
}

const setUp = (bin: string, ...more: string[]) =>
  home.run(
    ["webhooks", "gmail", "setup", "--account", "me@example.com", "--project", "p1", "--tailscale", "off", ...more],
    { env: { PATH: `${bin}:/bin:/usr/bin` } },
  );

it("webhooks gmail setup writes the configuration, and shows its secrets to programs alone", async () => {
  const bin = fakePrograms(["gcloud", "gog"]);
  const endpoint = ["--push-endpoint", "https://push.example/x?token=abc"];
  const { code, stdout, stderr } = await setUp(bin, ...endpoint);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { hooks } = JSON.parse(readFileSync(home.configPath, "utf8"));
  expect(hooks).toMatchObject({
    enabled: true,
    presets: ["gmail"],
    gmail: { account: "me@example.com", topic: "projects/p1/topics/gog-gmail-watch", tailscale: { mode: "off" } },
  });
  expect(hooks.token).toMatch(/^[0-9a-f]{48}$/);
  expect(stdout).toContain("Push endpoint: https://push.example/x\n");
  for (const secret of [hooks.token, hooks.gmail.pushToken]) expect(stdout).not.toContain(secret);
  expect(readFileSync(path.join(bin, "calls"), "utf8")).toContain("gog gmail watch start --account me@example.com");

  const json = JSON.parse((await setUp(bin, ...endpoint, "--json")).stdout);
  // A second time keeps the secrets of the first.
  expect(json).toMatchObject({ project: "p1", hookToken: hooks.token, pushToken: hooks.gmail.pushToken });
});

it("webhooks gmail setup and run say what is missing", async () => {
  const bin = fakePrograms(["gcloud"]);
  expect((await setUp(bin)).stderr).toBe("gog not installed; install it and retry\n");
  expect((await home.run(["webhooks", "gmail", "setup"])).stderr).toContain("--account");
  writeFileSync(path.join(bin, "gog"), "#!/bin/sh\n", { mode: 0o755 });
  expect((await setUp(bin)).stderr).toBe("push endpoint required (set --push-endpoint)\n");
  const run = await home.run(["webhooks", "gmail", "run"], { env: { PATH: `${bin}:/bin` } });
  expect([run.code, run.stderr]).toEqual([1, "hooks.token missing (needed for gmail hook)\n"]);
});
