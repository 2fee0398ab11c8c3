import { afterEach, describe, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { createTestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What a chat gets to see of heartbeats: `channels.<id>.heartbeat` of the four channels that come along.

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const open = { dmPolicy: "open", allowFrom: ["*"] };
const openDm = { dm: { policy: "open", allowFrom: ["*"] } };
const sections: Readonly<Record<string, Json>> = {
  telegram: { botToken: "t", ...open },
  whatsapp: open,
  discord: { token: "t", ...openDm },
  slack: { botToken: "xoxb-t", appToken: "xapp-t", ...openDm },
};

/** A chat the agent spoke in before, and what comes of a heartbeat there. */
async function setUp(id: string, heartbeat: Json, more: Json = {}) {
  const channel = createTestChannel(id);
  gateway = await startTestGateway({
    channels: [channel],
    config: {
      agents: { defaults: { heartbeat: { every: "30m" } } },
      channels: { [id]: { ...sections[id], heartbeat, ...more } },
    },
  });
  const { model } = gateway;
  const client = await gateway.connect();
  await channel.write("hello");
  await expect.poll(() => channel.sent.length).toBe(1);
  return {
    model,
    channel,
    async beat(answer: string) {
      const [from, before] = [client.frames.length, channel.sent.length];
      model.enqueue({ words: [answer] });
      await client.request("wake", { mode: "now", text: "look" });
      const event = await client.event("heartbeat", () => true, from);
      if (event.status === "sent") await expect.poll(() => channel.sent.length).toBeGreaterThan(before);
      return { event, said: () => channel.sent.slice(before).map(({ text }) => text) };
    },
  };
}

describe.each(Object.keys(sections))("on %s", (id) => {
  it("heartbeat.showOk shows that all is well, which is not shown otherwise", async () => {
    const { beat } = await setUp(id, { showOk: true });
    const well = await beat("HEARTBEAT_OK");
    expect(well.event).toMatchObject({ status: "ok-token" });
    await expect.poll(well.said).toEqual(["HEARTBEAT_OK"]);
    await gateway?.close();
    const quiet = await setUp(id, {});
    const silent = await quiet.beat("HEARTBEAT_OK");
    expect(silent.event).toMatchObject({ status: "ok-token", indicatorType: "ok" });
    await quiet.beat("The roof leaks");
    expect(silent.said()).toEqual(["The roof leaks"]);
  });

  it("heartbeat.showAlerts keeps alerts out of the chat when it is off", async () => {
    const { beat } = await setUp(id, { showAlerts: false });
    const alert = await beat("The roof leaks");
    expect(alert.event).toMatchObject({ status: "skipped", reason: "alerts-disabled", channel: id });
    expect(alert.said()).toEqual([]);
  });

  it("heartbeat.useIndicator takes the sign for clients away; without any of the three nothing runs", async () => {
    const { beat } = await setUp(id, { useIndicator: false });
    expect((await beat("The roof leaks")).event).not.toHaveProperty("indicatorType");
    await gateway?.close();
    const none = await setUp(id, { showAlerts: false, useIndicator: false });
    const asked = none.model.requests.length;
    expect((await none.beat("x")).event).toMatchObject({ status: "skipped", reason: "alerts-disabled" });
    expect(none.model.requests).toHaveLength(asked);
  });

  it("an account's own heartbeat goes over that of the channel", async () => {
    const { beat } = await setUp(
      id,
      { showAlerts: false },
      {
        accounts: { default: { ...(id === "whatsapp" ? open : {}), heartbeat: { showAlerts: true } } },
      },
    );
    expect((await beat("The roof leaks")).event).toMatchObject({ status: "sent" });
  });
});
