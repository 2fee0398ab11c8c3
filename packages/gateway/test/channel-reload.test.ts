import fs from "node:fs";
import type { Channel } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A channel that tells which of its accounts are started with what, and which are stopped. */
function told(id: string) {
  const lines: string[] = [];
  const channel: Channel = {
    meta: { id, label: id },
    async start({ accountId, config }) {
      lines.push(`start ${accountId} ${(config as { token?: string }).token ?? ""}`);
      return {
        send: async () => ({}),
        async stop() {
          lines.push(`stop ${accountId}`);
        },
      };
    },
  };
  return { channel, lines };
}

/** Writes other channels into the file, as a person with an editor does. */
function edit(channels: Json, more: Json = {}): void {
  const config = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as Json;
  fs.writeFileSync(gateway.configPath, JSON.stringify({ ...config, channels, ...more }));
}

const reload = { gateway: { reload: { debounceMs: 10 } } };

describe("a change of the configuration", () => {
  it("begins the accounts it concerns anew, and no other account, no other channel, not the Gateway", async () => {
    const telegram = told("telegram");
    const slack = told("slack");
    const before = { telegram: { accounts: { a: { botToken: "1" }, b: { botToken: "2" } } }, slack: {} };
    gateway = await startTestGateway({
      channels: [telegram.channel, slack.channel],
      config: { ...reload, channels: before },
    });
    const client = await gateway.connect();
    edit({ telegram: { accounts: { a: { botToken: "1" }, b: { botToken: "3" }, c: { botToken: "4" } } }, slack: {} });
    await expect.poll(() => telegram.lines.slice(2).sort()).toEqual(["start b ", "start c ", "stop b"]);
    edit({ telegram: { accounts: { a: { botToken: "1" }, c: { botToken: "4" } } } });
    await expect.poll(() => [telegram.lines.slice(5), slack.lines.slice(1)]).toEqual([["stop b"], ["stop default"]]);
    expect(gateway.log()).toContain("restarting telegram channel");
    expect(gateway.log()).toContain("config hot reload applied (");
    expect((await client.request("health")).ok).toBe(true);
  });

  it("starts a channel that was not configured before", async () => {
    const slack = told("slack");
    gateway = await startTestGateway({ channels: [slack.channel], config: reload });
    expect(slack.lines).toEqual([]);
    edit({ slack: {} });
    await expect.poll(() => slack.lines).toEqual(["start default "]);
  });

  it("of the web block begins WhatsApp anew", async () => {
    const whatsapp = told("whatsapp");
    gateway = await startTestGateway({
      channels: [whatsapp.channel],
      config: { ...reload, channels: { whatsapp: {} } },
    });
    edit({ whatsapp: {} }, { web: { heartbeatSeconds: 30 } });
    await expect.poll(() => whatsapp.lines).toEqual(["start default ", "stop default", "start default "]);
  });
});

it("with OPENCLAW_SKIP_CHANNELS no channel is started, and a change starts none", async () => {
  const slack = told("slack");
  gateway = await startTestGateway({
    channels: [slack.channel],
    config: { ...reload, channels: { slack: {} } },
    env: { OPENCLAW_SKIP_CHANNELS: "1" },
  });
  edit({ slack: { name: "other" } });
  await expect.poll(() => gateway.log()).toContain("skipping channel reload (OPENCLAW_SKIP_CHANNELS=1");
  expect(slack.lines).toEqual([]);
});
