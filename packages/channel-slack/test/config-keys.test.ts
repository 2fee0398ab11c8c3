import fs from "node:fs";
import path from "node:path";
import { configJsonSchema } from "@openclaw/config";
import { describe, expect, it } from "vitest";

// Every key of `channels.slack`, and the test that shows what it does.

type Shown = readonly [file: string, title: string];

const effects = "config-effects.test.ts";
const places = "../../gateway/test/channel-places.test.ts";
const ofAccounts: Shown = [effects, "overrides the channel, has a name, and is left out when it is switched off"];
const blocks: Shown = [effects, "blockStreaming sends blocks while the answer is written"];
const history: Shown = [effects, "dmHistoryLimit, and dms for one person, keep so many turns of a private chat"];
const tools: Shown = [effects, "a channel's tools and toolsBySender decide which tools there are"];
const alsoAllow: Shown = [places, "alsoAllow gives a tool that has to be named, to all or to one sender"];

const heartbeats = "../../gateway/test/heartbeat-visibility.test.ts";

const shown: Readonly<Record<string, Shown>> = {
  "heartbeat.showAlerts": [heartbeats, "heartbeat.showAlerts keeps alerts out of the chat when it is off"],
  "heartbeat.showOk": [heartbeats, "heartbeat.showOk shows that all is well, which is not shown otherwise"],
  "heartbeat.useIndicator": [heartbeats, "heartbeat.useIndicator takes the sign for clients away"],
  "accounts.*": ofAccounts,
  "actions.channelInfo": ["account.test.ts", "offers the actions that are not switched off"],
  "actions.permissions": ["account.test.ts", "offers the actions that are not switched off"],
  "actions.search": ["account.test.ts", "offers to search with a person's token, unless that is switched off"],
  blockStreaming: blocks,
  "blockStreamingCoalesce.idleMs": blocks,
  "blockStreamingCoalesce.maxChars": [effects, "blockStreamingCoalesce joins small blocks, up to its maxChars"],
  "blockStreamingCoalesce.minChars": [effects, "blockStreamingCoalesce joins small blocks, up to its maxChars"],
  capabilities: [effects, "capabilities stand in the line about where the agent runs"],
  "channels.*.tools.allow": tools,
  "channels.*.tools.alsoAllow": alsoAllow,
  "channels.*.toolsBySender.*.allow": tools,
  "channels.*.toolsBySender.*.alsoAllow": alsoAllow,
  "channels.*.toolsBySender.*.deny": tools,
  "commands.nativeSkills": [
    "../../gateway/src/channels/native-commands.test.ts",
    "offers commands and skills, each with a switch of its own",
  ],
  configWrites: [effects, "changes the configuration from a chat only where configWrites lets it"],
  dmHistoryLimit: history,
  "dms.*.historyLimit": history,
  enabled: ofAccounts,
  historyLimit: [effects, "historyLimit keeps so many messages of a channel"],
  name: ofAccounts,
  responsePrefix: [effects, "textChunkLimit cuts answers, and responsePrefix stands in front"],
  "slashCommand.sessionPrefix": [effects, "speaks in a session of who used it: slashCommand %j"],
  textChunkLimit: [effects, "textChunkLimit cuts answers, and responsePrefix stands in front"],
  "thread.historyScope": [effects, "thread.historyScope channel keeps what was said in threads and outside together"],
  "thread.inheritParent": [effects, "thread.inheritParent lets the session of a thread begin with that of the channel"],
  userTokenReadOnly: [
    "account.test.ts",
    "writes with a person's token only without a bot, and where userTokenReadOnly is off",
  ],
  "markdown.tables": ["account.test.ts", "shows a table as markdown.tables says"],
  "actions.emojiList": ["account.test.ts", "offers the actions that are not switched off"],
  "actions.memberInfo": ["account.test.ts", "offers the actions that are not switched off"],
  "actions.messages": ["account.test.ts", "offers the actions that are not switched off"],
  "actions.pins": ["sending.test.ts", "say what is missing, and are not done when they are switched off"],
  "actions.reactions": ["account.test.ts", "offers the actions that are not switched off"],
  allowBots: ["../src/access/slack-rules.test.ts", "take what a channel does not say from * and from the section"],
  appToken: ["account.test.ts", "takes tokens from the configuration before the environment"],
  botToken: ["account.test.ts", "takes tokens from the configuration before the environment"],
  "channels.*.allow": [
    "../src/access/slack-rules.test.ts",
    "deny what is switched off, and list nothing that is not there",
  ],
  "channels.*.allowBots": ["../src/access/slack-rules.test.ts", "may let other bots in"],
  "channels.*.enabled": [
    "../src/access/slack-rules.test.ts",
    "deny what is switched off, and list nothing that is not there",
  ],
  "channels.*.requireMention": [
    "../src/access/slack-rules.test.ts",
    "take what a channel does not say from * and from the section",
  ],
  "channels.*.skills": [
    "../src/access/slack-rules.test.ts",
    "take what a channel does not say from * and from the section",
  ],
  "channels.*.systemPrompt": ["../src/access/slack-rules.test.ts", "are found under %s"],
  "channels.*.tools.deny": tools,
  "channels.*.users": ["../src/access/slack-rules.test.ts", "are those of the id before those of a name"],
  chunkMode: ["acceptance.test.ts", "with replyToMode first only the first of several messages is in the thread"],
  "commands.native": ["inbound.test.ts", "the assistant's own commands replace the single one"],
  "dm.allowFrom": ["acceptance.test.ts", "/status is answered to somebody who is allowed and not to a stranger"],
  "dm.enabled": ["../src/access/slack-rules.test.ts", "need dm.groupEnabled, and a place in dm.groupChannels"],
  "dm.groupChannels": ["../src/access/slack-rules.test.ts", "need dm.groupEnabled, and a place in dm.groupChannels"],
  "dm.groupEnabled": ["../src/access/slack-rules.test.ts", "need dm.groupEnabled, and a place in dm.groupChannels"],
  "dm.policy": ["acceptance.test.ts", "a stranger gets a pairing code once, and is answered once approved"],
  "dm.replyToMode": ["account.test.ts", "answers into threads as the kind of chat says"],
  groupPolicy: ["acceptance.test.ts", "under the policy allowlist only listed channels count"],
  mediaMaxMb: ["sending.test.ts", "sends files with the text as one message in the thread, up to mediaMaxMb"],
  mode: ["acceptance.test.ts", "over HTTP, one message is answered once, in that chat"],
  reactionAllowlist: ["inbound.test.ts", "of reactions it hears as reactionNotifications %s says"],
  reactionNotifications: ["inbound.test.ts", "of reactions it hears as reactionNotifications %s says"],
  replyToMode: ["acceptance.test.ts", "with replyToMode all the answer begins a thread below the message"],
  "replyToModeByChatType.channel": [
    "acceptance.test.ts",
    "with replyToMode first only the first of several messages is in the thread",
  ],
  "replyToModeByChatType.direct": ["account.test.ts", "answers into threads as the kind of chat says"],
  "replyToModeByChatType.group": ["account.test.ts", "answers into threads as the kind of chat says"],
  requireMention: ["../src/access/slack-rules.test.ts", "take what a channel does not say from * and from the section"],
  signingSecret: ["acceptance.test.ts", "over HTTP, what is not signed by Slack is refused and starts nothing"],
  "slashCommand.enabled": ["acceptance.test.ts", "is answered where Slack said, for the person who used it alone"],
  "slashCommand.ephemeral": [effects, "is answered in the channel where slashCommand.ephemeral is off"],
  "slashCommand.name": ["inbound.test.ts", "the single command has the name it is given"],
  userToken: ["sending.test.ts", "read as the person whose token is configured, and write as the bot"],
  webhookPath: ["http-events.test.ts", "two accounts need two paths: the second on one path does not start"],
};

describe("the configuration of the channel", () => {
  it("has a test for every key", async () => {
    expect(await keysOfSlack()).toEqual(Object.keys(shown).sort());
  });

  it.each(Object.entries(shown))("%s is shown by a test that exists", (_key, [file, title]) => {
    expect(fs.readFileSync(path.join(import.meta.dirname, file), "utf8")).toContain(title);
  });
});

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  $ref?: string;
}

async function keysOfSlack(): Promise<string[]> {
  const { schema } = await configJsonSchema();
  const root = schema as Schema & { $defs?: Record<string, Schema> };
  const resolved = (node: Schema | undefined): Schema => {
    const name = node?.$ref?.replace(/^#\/\$defs\//, "");
    return name === undefined ? (node ?? {}) : resolved(root.$defs?.[name]);
  };
  const keys = new Set<string>();
  const walk = (given: Schema, at: string) => {
    const node = resolved(given);
    const branches = (node.anyOf ?? []).map(resolved);
    if (node.properties !== undefined) {
      for (const [key, child] of Object.entries(node.properties)) {
        // Accounts take the same keys once more.
        if (at === "" && key === "accounts") keys.add("accounts.*");
        else walk(child, at === "" ? key : `${at}.${key}`);
      }
      return;
    }
    if (typeof node.additionalProperties === "object") return walk(node.additionalProperties, `${at}.*`);
    const items = resolved(node.items);
    if (items.properties !== undefined) return walk(items, `${at}[]`);
    keys.add(at);
    for (const branch of branches) if (branch.properties !== undefined) walk(branch, at);
  };
  walk(resolved(root.properties?.channels?.properties?.slack), "");
  return [...keys].sort();
}
