import { type Channel, channelActionNames } from "@openclaw/plugin-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RawClient } from "../../gateway/src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { bundledChannels } from "../src/channels/bundled-channels.ts";

// Every action that `openclaw message` and the agent's tool know, on each channel that comes with the program: it is looked
// up and ready to be done, or refused by name. The services stand still: nothing is done on a dry run.

let gateway: TestGateway;
let client: RawClient;
beforeAll(async () => {
  const channels = await Promise.all(
    bundledChannels.map(async ({ load }): Promise<Channel> => {
      const channel = await load();
      return { ...channel, start: async () => ({ send: async () => ({}), stop: async () => {} }) };
    }),
  );
  gateway = await startTestGateway({
    channels,
    config: {
      channels: {
        telegram: { botToken: "1:a" },
        discord: { token: "a.b.c" },
        slack: { botToken: "xoxb-1", appToken: "xapp-1" },
        whatsapp: { allowFrom: ["+15550001"] },
      },
    },
  });
  client = await gateway.connect();
});
afterAll(() => gateway.close());

const targets: Readonly<Record<string, string>> = {
  telegram: "7",
  discord: "channel:10",
  slack: "channel:C0MAIN0001",
  whatsapp: "+15550001",
};

/** What an action answers on a dry run, with a target where it takes one. */
async function dryRun(channel: string, action: string): Promise<string> {
  const ask = async (target: object) => {
    const params = { messageId: "1", emoji: "👍", message: "x", pollQuestion: "?", pollOption: ["a", "b"], ...target };
    const { ok, error } = await client.request("message.action", {
      action,
      channel,
      params,
      dryRun: true,
      idempotencyKey: `${channel} ${action} ${JSON.stringify(target)}`,
    });
    return ok ? "ready" : String(error?.message).replace(/^Error: /, "");
  };
  const answer = await ask({ target: targets[channel] });
  return answer === `Action ${action} does not accept a target.` ? ask({}) : answer;
}

const messages = ["read", "edit", "delete"];
const pins = ["pin", "unpin", "list-pins"];
const offered: Readonly<Record<string, readonly string[]>> = {
  telegram: ["send", "react", "delete", "edit"],
  whatsapp: ["send", "react", "poll"],
  slack: [
    ...["send", "react", "reactions", ...messages, ...pins, "member-info", "emoji-list"],
    ...["permissions", "channel-info", "channel-list"],
  ],
  discord: [
    ...["send", "poll", "react", "reactions", "emoji-list", ...messages, ...pins, "sticker", "search", "permissions"],
    ...["thread-create", "thread-list", "thread-reply", "member-info", "role-info", "channel-info", "channel-list"],
    ...["channel-create", "channel-edit", "channel-delete", "channel-move"],
    ...["category-create", "category-edit", "category-delete"],
    ...["voice-status", "event-list", "event-create", "emoji-upload", "sticker-upload"],
  ],
};

describe.each(Object.keys(offered))("on %s", (channel) => {
  it("each action is ready to be done, or refused by its name and the channel's", async () => {
    const ready: string[] = [];
    for (const action of channelActionNames) {
      if (action === "broadcast") continue;
      const answer = await dryRun(channel, action);
      if (answer === "ready") ready.push(action);
      else expect(answer).toBe(`Message action ${action} not supported for channel ${channel}.`);
    }
    expect(ready.sort()).toEqual([...(offered[channel] ?? [])].sort());
  });
});
