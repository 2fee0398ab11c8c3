import fs from "node:fs";
import path from "node:path";
import { configJsonSchema } from "@openclaw/config";
import { describe, expect, it } from "vitest";

// Every key of `channels.whatsapp` and of `web`, and the test that shows what it does.

type Shown = readonly [file: string, title: string];

const effects = "config-effects.test.ts";
const reconnect: Shown = ["connection.test.ts", "waits longer each time as `web.reconnect` says"];
const groups: Shown = [effects, "groupPolicy, groupAllowFrom and groups decide"];
const cutting: Shown = [effects, "textChunkLimit and chunkMode cut answers, and responsePrefix stands in front"];
const switches: Shown = ["sending.test.ts", "switches of `actions` keep things from being done"];
const ack: Shown = ["scenarios.test.ts", "its own ack is set before the answer, in groups for mentions alone"];

const places = "../../gateway/test/channel-places.test.ts";
const blocks: Shown = [effects, "blockStreaming sends blocks while the answer is written, joined as it says"];
const history: Shown = [effects, "dmHistoryLimit, and dms for one number, keep so many turns of a private chat"];
const tools: Shown = [effects, "a group's tools and toolsBySender decide which tools there are"];
const alsoAllow: Shown = [places, "alsoAllow gives a tool that has to be named, to all or to one sender"];

const heartbeats = "../../gateway/test/heartbeat-visibility.test.ts";

const shown: Readonly<Record<string, Shown>> = {
  "heartbeat.showAlerts": [heartbeats, "heartbeat.showAlerts keeps alerts out of the chat when it is off"],
  "heartbeat.showOk": [heartbeats, "heartbeat.showOk shows that all is well, which is not shown otherwise"],
  "heartbeat.useIndicator": [heartbeats, "heartbeat.useIndicator takes the sign for clients away"],
  blockStreaming: blocks,
  "blockStreamingCoalesce.idleMs": blocks,
  "blockStreamingCoalesce.maxChars": [effects, "blocks are no longer than blockStreamingCoalesce.maxChars"],
  "blockStreamingCoalesce.minChars": blocks,
  capabilities: [effects, "capabilities stand in the line about where the agent runs"],
  configWrites: [effects, "configWrites keeps chats from changing the configuration"],
  dmHistoryLimit: history,
  "dms.*.historyLimit": history,
  "groups.*.tools.allow": tools,
  "groups.*.tools.alsoAllow": alsoAllow,
  "groups.*.tools.deny": tools,
  "groups.*.toolsBySender.*.allow": tools,
  "groups.*.toolsBySender.*.alsoAllow": alsoAllow,
  "groups.*.toolsBySender.*.deny": tools,
  "ackReaction.direct": [effects, "ackReaction is set in private chats and groups as it says"],
  "ackReaction.emoji": ack,
  "ackReaction.group": [effects, "ackReaction is set in private chats and groups as it says"],
  "accounts.*": [effects, "an account overrides the channel, has a name"],
  "accounts.*.authDir": ["account.test.ts", "keep their credentials by their ids, or where `authDir` says"],
  "accounts.*.enabled": [effects, "does not start when it is switched off"],
  "accounts.*.name": [effects, "an account overrides the channel, has a name"],
  "actions.polls": switches,
  "actions.reactions": switches,
  "actions.sendMessage": switches,
  allowFrom: ["gateway.test.ts", "a listed person is answered in their chat"],
  chunkMode: cutting,
  debounceMs: [effects, "debounceMs joins texts that follow each other"],
  dmPolicy: ["gateway.test.ts", "a stranger gets a pairing code once"],
  groupAllowFrom: groups,
  groupPolicy: groups,
  "groups.*.requireMention": groups,
  historyLimit: [effects, "historyLimit keeps so many messages of a group"],
  "markdown.tables": ["scenarios.test.ts", "tables are sent as bullets, or as markdown.tables says: %j"],
  mediaMaxMb: [effects, "mediaMaxMb bounds the files that are taken in"],
  messagePrefix: ["inbound.test.ts", "a prefix stands in front of messages: the configured one"],
  responsePrefix: cutting,
  selfChatMode: ["sending.test.ts", "nothing is marked as read where that is switched off"],
  sendReadReceipts: ["sending.test.ts", "nothing is marked as read where that is switched off"],
  textChunkLimit: cutting,
};

const shownOfWeb: Readonly<Record<string, Shown>> = {
  enabled: ["account.test.ts", "with `web.enabled` off they are disabled"],
  heartbeatSeconds: ["connection.test.ts", "begins anew to count after it lived longer than `web.heartbeatSeconds`"],
  "reconnect.factor": reconnect,
  "reconnect.initialMs": reconnect,
  "reconnect.jitter": ["connection.test.ts", "spreads its pauses as `web.reconnect.jitter` says"],
  "reconnect.maxAttempts": reconnect,
  "reconnect.maxMs": reconnect,
};

describe("the configuration of the channel", () => {
  it("has a test for every key", async () => {
    expect(await keysOf("whatsapp")).toEqual(Object.keys(shown).sort());
    expect(await keysOf("web")).toEqual(Object.keys(shownOfWeb).sort());
  });

  it.each(Object.entries({ ...shown, ...shownOfWeb }))("%s is shown by a test that exists", (_key, [file, title]) => {
    expect(fs.readFileSync(path.join(import.meta.dirname, file), "utf8")).toContain(title);
  });
});

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  $ref?: string;
}

async function keysOf(part: "whatsapp" | "web"): Promise<string[]> {
  const { schema } = await configJsonSchema();
  const root = schema as Schema & { $defs?: Record<string, Schema> };
  const resolved = (node: Schema | undefined): Schema => {
    const name = node?.$ref?.replace(/^#\/\$defs\//, "");
    return name === undefined ? (node ?? {}) : resolved(root.$defs?.[name]);
  };
  const section = resolved(part === "web" ? root.properties?.web : root.properties?.channels?.properties?.whatsapp);
  const keys = new Set<string>();
  const walk = (given: Schema | undefined, at: string) => {
    const { properties, additionalProperties } = resolved(given);
    if (properties === undefined && typeof additionalProperties !== "object") return void keys.add(at);
    if (typeof additionalProperties === "object") walk(additionalProperties, `${at}.*`);
    for (const [key, child] of Object.entries(properties ?? {})) {
      // Accounts take the keys of the section once more, and some of their own.
      if (at === "accounts.*" && section.properties?.[key] !== undefined) keys.add("accounts.*");
      else walk(child, at === "" ? key : `${at}.${key}`);
    }
  };
  walk(section, "");
  return [...keys].sort();
}
