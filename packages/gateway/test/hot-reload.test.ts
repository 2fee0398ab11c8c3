import fs from "node:fs";
import type { Channel } from "@openclaw/plugin-sdk";
import { expect, it, vi } from "vitest";
import { createTestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

/** A channel that counts how often it was started and stopped, and tells of the next time. */
function countingChannel(id: string) {
  const events: string[] = [];
  let told = () => {};
  const note = (event: string) => {
    events.push(event);
    told();
  };
  const channel: Channel = {
    meta: { id, label: id },
    async start({ config }) {
      note(`start ${String((config as { name?: string }).name)}`);
      return {
        send: async () => ({ messageId: "1" }),
        stop: async () => note("stop"),
      };
    },
  };
  return {
    channel,
    events,
    async until(event: string) {
      while (!events.includes(event)) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
  };
}

/** Lays values over the file, as an editor would: written beside it and renamed over it. */
function edit(gateway: TestGateway, change: (config: Record<string, object>) => object) {
  const config = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as Record<string, object>;
  fs.writeFileSync(`${gateway.configPath}.new`, JSON.stringify({ ...config, ...change(config) }));
  fs.renameSync(`${gateway.configPath}.new`, gateway.configPath);
}

it("restarts the one channel whose section changed, within half a second of the file being saved", async () => {
  const telegram = countingChannel("telegram");
  const other = countingChannel("discord");
  await using gateway = await startTestGateway({
    channels: [telegram.channel, other.channel],
    config: { channels: { telegram: { name: "first", botToken: "1:a" }, discord: { name: "other", token: "x" } } },
  });
  const client = await gateway.connect();
  await telegram.until("start first");
  await other.until("start other");
  const took: number[] = [];
  for (const name of ["second", "third", "fourth"]) {
    const savedAt = performance.now();
    edit(gateway, ({ channels }) => ({ channels: { ...channels, telegram: { name, botToken: "1:a" } } }));
    await telegram.until(`start ${name}`);
    took.push(performance.now() - savedAt);
  }
  // Of several, because other programs may hold this machine up.
  expect(Math.min(...took)).toBeLessThanOrEqual(500);
  expect(telegram.events).toEqual([
    ...["start first", "stop", "start second", "stop", "start third", "stop", "start fourth"],
  ]);
  expect(other.events).toEqual(["start other"]);
  expect(gateway.log()).toContain("restarting telegram channel");
  expect((await client.request("health", {})).ok).toBe(true);
});

it("stops a channel whose section is gone, and starts one that is new", async () => {
  const telegram = countingChannel("telegram");
  await using gateway = await startTestGateway({ channels: [telegram.channel] });
  edit(gateway, () => ({ channels: { telegram: { name: "new", botToken: "1:a" } } }));
  await telegram.until("start new");
  edit(gateway, () => ({ channels: undefined }));
  await telegram.until("stop");
  const client = await gateway.connect();
  expect((await client.request("health", {})).ok).toBe(true);
});

it("restarts for a change that needs it, and takes clients again within a second", async () => {
  await using gateway = await startTestGateway();
  const client = await gateway.connect();
  const restarted = gateway.restarted();
  edit(gateway, ({ gateway: section }) => ({
    gateway: { ...section, controlUi: { basePath: "/other" } },
  }));
  expect(await client.event("shutdown")).toEqual({ reason: "gateway restarting", restartExpectedMs: 1500 });
  const from = performance.now();
  expect(await client.closed).toEqual({ code: 1012, reason: "service restart" });
  expect((await restarted).reason).toBe("config");
  await gateway.connect();
  expect(performance.now() - from).toBeLessThanOrEqual(1000);
  expect((await fetch(`${gateway.httpUrl}/other`, { redirect: "manual" })).status).toBe(302);
});

it("applies what is read when it is used without touching anything else", async () => {
  await using gateway = await startTestGateway();
  const client = await gateway.connect();
  const { hash } = (await client.request("config.get", {})).payload;
  const file = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as object;
  const raw = JSON.stringify({ ...file, messages: { ackReaction: "👀" } });
  expect((await client.request("config.set", { raw, baseHash: hash })).ok).toBe(true);
  const said = () => /config change applied \(dynamic reads: [^)]*messages\.ackReaction/.test(gateway.log());
  while (!said()) await client.request("health", {});
  expect(client.events("shutdown")).toEqual([]);
  expect(gateway.log()).not.toContain("requires gateway restart");
});

it("config.apply restarts once, although the file was changed too, and tells the session that asked where it last wrote", async () => {
  const telegram = createTestChannel("telegram");
  await using gateway = await startTestGateway({
    channels: [telegram],
    config: { channels: { telegram: { botToken: "1:t", dmPolicy: "allowlist", allowFrom: ["7"] } } },
  });
  await telegram.write("hello");
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(1), { timeout: 5000 });
  const client = await gateway.connect();
  const { hash } = (await client.request("config.get", {})).payload;
  const file = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as { gateway: object };
  const raw = JSON.stringify({ ...file, gateway: { ...file.gateway, controlUi: { basePath: "/applied" } } });
  const restarted = gateway.restarted();
  // Longer than the file takes to settle: the watcher asks for a restart of its own meanwhile.
  const params = { raw, baseHash: hash, sessionKey: "main", note: "as asked", restartDelayMs: 600 };
  const { payload } = await client.request("config.apply", params);
  const { path: sentinel } = payload.sentinel as { path: string };
  expect((await restarted).reason).toBe("config.apply");
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(2), { timeout: 5000 });
  const prompts = gateway.model.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(prompts.filter((text) => text.includes("GatewayRestart:"))).toHaveLength(1);
  expect(prompts.at(-1)).toContain("as asked");
  expect(telegram.sent[1]).toMatchObject({ channel: "telegram", to: "7" });
  expect(fs.existsSync(sentinel)).toBe(false);
  const log = gateway.log();
  expect(log).toContain("config change requires gateway restart (gateway.controlUi.basePath");
  expect(log.match(/restart in \d+ ms/g)).toEqual(["restart in 600 ms"]);
  expect(log.match(/gateway closed for a restart/g)).toHaveLength(1);
});
