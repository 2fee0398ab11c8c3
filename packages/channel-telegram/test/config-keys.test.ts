import fs from "node:fs";
import path from "node:path";
import { configJsonSchema } from "@openclaw/config";
import { describe, expect, it } from "vitest";

// Every key of `channels.telegram`, and the test that shows what it does.

type Shown = readonly [file: string, title: string];

const effects = "config-effects.test.ts";
const places = "../../gateway/test/channel-places.test.ts";
const senderTools: Shown = [places, "those of the sender come first, by %s"];
const alsoAllow: Shown = [places, "alsoAllow gives a tool that has to be named, to all or to one sender"];
const skills: Shown = [places, "are those of the topic, else of the group; an empty list is none"];
const heartbeats = "../../gateway/test/heartbeat-visibility.test.ts";

const shown: Readonly<Record<string, Shown>> = {
  "heartbeat.showAlerts": [heartbeats, "heartbeat.showAlerts keeps alerts out of the chat when it is off"],
  "heartbeat.showOk": [heartbeats, "heartbeat.showOk shows that all is well, which is not shown otherwise"],
  "heartbeat.useIndicator": [heartbeats, "heartbeat.useIndicator takes the sign for clients away"],
  "accounts.*": [effects, "an account overrides the channel"],
  "actions.deleteMessage": ["account.test.ts", "actions are offered by their switches"],
  "actions.editMessage": ["account.test.ts", "actions are offered by their switches"],
  "actions.reactions": ["account.test.ts", "actions are offered by their switches"],
  "actions.sendMessage": [effects, "actions.sendMessage keeps clients and the agent's tool from sending"],
  "actions.sticker": ["account.test.ts", "actions are offered by their switches"],
  allowFrom: ["gateway.test.ts", "/status is answered to somebody who is allowed, and refused to a stranger"],
  apiRoot: ["account.test.ts", "reach another Bot API only by https, or on this machine"],
  blockStreaming: [effects, "blockStreaming sends blocks while the answer is written"],
  "blockStreamingCoalesce.idleMs": [effects, "joined by blockStreamingCoalesce"],
  "blockStreamingCoalesce.maxChars": [effects, "blocks are no longer than blockStreamingCoalesce.maxChars"],
  "blockStreamingCoalesce.minChars": [effects, "joined by blockStreamingCoalesce"],
  botToken: ["account.test.ts", "comes from its own file, its own key"],
  capabilities: ["inbound.test.ts", "the list form of capabilities"],
  "capabilities.inlineButtons": ["inbound.test.ts", "with inlineButtons %s a press in %j counts"],
  chunkMode: ["sending.test.ts", "gives one message per paragraph in chunk mode newline"],
  "commands.native": ["live-answers.test.ts", "is empty with %j and %j"],
  "commands.nativeSkills": ["live-answers.test.ts", "has the skills of the agent with nativeSkills %s"],
  configWrites: [effects, "configWrites lets a group keep its settings"],
  "customCommands[].command": ["services.test.ts", "is replaced by the assistant's commands and the configured ones"],
  "customCommands[].description": [
    "services.test.ts",
    "is replaced by the assistant's commands and the configured ones",
  ],
  dmHistoryLimit: [effects, "dmHistoryLimit, and dms for one person"],
  dmPolicy: [effects, "dmPolicy decides about strangers in private"],
  "dms.*.historyLimit": [effects, "dmHistoryLimit, and dms for one person"],
  "draftChunk.breakPreference": ["../src/send/finished-part.test.ts", "breakPreference %s shows %j"],
  "draftChunk.maxChars": ["sending.test.ts", "in blocks show what is finished"],
  "draftChunk.minChars": ["../src/send/finished-part.test.ts", "a block has minChars at least"],
  enabled: [effects, "one that is switched off does not start"],
  groupAllowFrom: [effects, "groupPolicy and groupAllowFrom decide"],
  groupPolicy: [effects, "groupPolicy and groupAllowFrom decide"],
  "groups.*.allowFrom": [effects, "groups lists the groups, switches them off, and has senders"],
  "groups.*.enabled": [effects, "groups lists the groups, switches them off, and has senders"],
  "groups.*.groupPolicy": [effects, "groups lists the groups, switches them off, and has senders"],
  "groups.*.requireMention": ["live-answers.test.ts", "is shown nowhere else, and not with streamMode off"],
  "groups.*.skills": skills,
  "groups.*.systemPrompt": [effects, "a group's systemPrompt"],
  "groups.*.tools.allow": [places, "where a place says nothing, those of * count"],
  "groups.*.tools.alsoAllow": alsoAllow,
  "groups.*.tools.deny": [effects, "a group's tools and toolsBySender"],
  "groups.*.toolsBySender.*.allow": senderTools,
  "groups.*.toolsBySender.*.alsoAllow": alsoAllow,
  "groups.*.toolsBySender.*.deny": [effects, "a group's tools and toolsBySender"],
  "groups.*.topics.*.allowFrom": [effects, "topics have settings of their own"],
  "groups.*.topics.*.enabled": [effects, "topics have settings of their own"],
  "groups.*.topics.*.groupPolicy": [effects, "topics have settings of their own"],
  "groups.*.topics.*.requireMention": [effects, "topics have settings of their own"],
  "groups.*.topics.*.skills": skills,
  "groups.*.topics.*.systemPrompt": [effects, "topics have settings of their own"],
  historyLimit: [effects, "historyLimit keeps so many messages of a group"],
  linkPreview: ["sending.test.ts", "is silent, and without a preview of links"],
  "markdown.tables": ["sending.test.ts", "shows a table with markdown.tables %s"],
  mediaMaxMb: [effects, "mediaMaxMb bounds the files"],
  name: [effects, "an account overrides the channel"],
  "network.autoSelectFamily": [effects, "network.autoSelectFamily is off unless"],
  proxy: ["connection.test.ts", "goes through a proxy where one is configured"],
  reactionLevel: ["account.test.ts", "actions are offered by their switches"],
  reactionNotifications: ["inbound.test.ts", "with reactionNotifications %s"],
  replyToMode: [effects, "textChunkLimit, responsePrefix and replyToMode"],
  responsePrefix: [effects, "textChunkLimit, responsePrefix and replyToMode"],
  "retry.attempts": ["connection.test.ts", "is tried again after 429 and 5xx"],
  "retry.jitter": ["connection.test.ts", "is tried again after 429 and 5xx"],
  "retry.maxDelayMs": ["connection.test.ts", "when the service asks for a longer pause than is configured"],
  "retry.minDelayMs": ["connection.test.ts", "is tried again after 429 and 5xx"],
  streamMode: ["live-answers.test.ts", "is shown nowhere else, and not with streamMode off"],
  textChunkLimit: [effects, "textChunkLimit, responsePrefix and replyToMode"],
  timeoutSeconds: ["connection.test.ts", "that takes longer than timeoutSeconds fails"],
  tokenFile: ["account.test.ts", "comes from its own file, its own key"],
  webhookPath: ["services.test.ts", "refuses requests without the secret, and has a place to ask"],
  webhookSecret: ["services.test.ts", "refuses requests without the secret, and has a place to ask"],
  webhookUrl: ["services.test.ts", "is registered with its secret, and takes updates once each"],
};

describe("the configuration of the channel", () => {
  it("has a test for every key", async () => {
    expect(await keysOfTelegram()).toEqual(Object.keys(shown).sort());
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

async function keysOfTelegram(): Promise<string[]> {
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
  walk(resolved(root.properties?.channels?.properties?.telegram), "");
  return [...keys].sort();
}
