import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway | undefined;
let bin: string | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  if (bin) fs.rmSync(bin, { recursive: true, force: true });
});

const token = "hook-secret-0123456789";
const hooks = {
  enabled: true,
  token,
  presets: ["gmail"],
  gmail: { account: "me@example.com", topic: "projects/p/topics/t", pushToken: "push-secret-0123456789" },
};

/** A program named gog that notes what it was asked, and serves until it is stopped. */
function fakeGog(): { path: string; calls(): string[] } {
  bin = fs.mkdtempSync("/tmp/openclaw-gog-");
  const calls = path.join(bin, "calls");
  fs.writeFileSync(
    path.join(bin, "gog"),
    `#!/bin/sh\necho "$@" >> ${calls}\nif [ "$3" = serve ]; then echo "serving with ${token}"; exec sleep 600; fi\n`,
    { mode: 0o755 },
  );
  return {
    path: bin,
    calls: () => (fs.existsSync(calls) ? fs.readFileSync(calls, "utf8").trim().split("\n") : []),
  };
}

it("the Gmail watcher runs with the Gateway, follows the configuration and keeps secrets out of the log", async () => {
  const gog = fakeGog();
  gateway = await startTestGateway({ config: { hooks }, env: { PATH: `${gog.path}:${process.env.PATH}` } });
  await expect.poll(() => gog.calls().length).toBe(2);
  const [start, serve] = gog.calls();
  expect(start).toBe("gmail watch start --account me@example.com --label INBOX --topic projects/p/topics/t");
  expect(serve).toContain(`--hook-url http://127.0.0.1:${gateway.port}/hooks/gmail --hook-token ${token}`);

  const config = JSON.parse(fs.readFileSync(gateway.configPath, "utf8"));
  config.hooks.gmail.label = "Work";
  fs.writeFileSync(gateway.configPath, JSON.stringify(config));
  await expect.poll(() => gog.calls().length).toBe(4);
  expect(gog.calls()[2]).toContain("--label Work");
  const log = gateway.log();
  expect(log).toContain("gmail: watching");
  expect(log).not.toContain(token);
  expect(log).not.toContain(hooks.gmail.pushToken);
});

it("the Gmail watcher says why it does not start, and is left out when its variable says so", async () => {
  gateway = await startTestGateway({ config: { hooks }, env: { PATH: "/nowhere" } });
  await expect.poll(() => gateway?.log()).toContain("gog binary not found");
  await gateway.close();
  const gog = fakeGog();
  const env = { PATH: `${gog.path}:${process.env.PATH}`, OPENCLAW_SKIP_GMAIL_WATCHER: "1" };
  gateway = await startTestGateway({ config: { hooks }, env });
  expect((await (await gateway.connect()).request("health", {})).ok).toBe(true);
  expect(gog.calls()).toEqual([]);
});
