import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { discordChannel as sectionSchema } from "../../config/src/schema/channels/discord.ts";
import { createFragments } from "../../config/src/schema/fragments.ts";
import { actionGates } from "../src/actions/action-gates.ts";

const packages = path.resolve(import.meta.dirname, "../..");

const rules = "channel-discord/src/access/discord-rules.test.ts";
const settings = "channel-discord/test/settings.test.ts";
const acceptance = "channel-discord/test/acceptance.test.ts";
const messages = "channel-discord/test/messages.test.ts";
const interactions = "channel-discord/test/interactions.test.ts";
const actions = "channel-discord/test/actions.test.ts";
const faults = "channel-discord/test/faults.test.ts";
const menus = "gateway/src/channels/native-commands.test.ts";
const heartbeats = "gateway/test/heartbeat-visibility.test.ts";
const pauses = "channel-discord/src/connection/discord-api.test.ts";

/** Every key of `channels.discord`, and the test that shows what it does. */
const shown: Readonly<Record<string, readonly [file: string, test: string]>> = {
  "heartbeat.showAlerts": [heartbeats, "heartbeat.showAlerts keeps alerts out of the chat when it is off"],
  "heartbeat.showOk": [heartbeats, "heartbeat.showOk shows that all is well, which is not shown otherwise"],
  "heartbeat.useIndicator": [heartbeats, "heartbeat.useIndicator takes the sign for clients away"],
  enabled: [settings, "enabled false leaves one out"],
  name: [settings, "accounts connect beside each other"],
  token: ["channel-discord/src/account/discord-account.test.ts", "is the account's own before the section's"],
  capabilities: [settings, "capabilities stand in the line about where the agent runs"],
  configWrites: [settings, "configWrites false keeps the chat from changing"],
  accounts: [settings, "accounts connect beside each other"],
  groupPolicy: [settings, "groupPolicy disabled closes guilds"],
  textChunkLimit: [settings, "textChunkLimit makes messages shorter"],
  chunkMode: [settings, "chunkMode newline sends a message per paragraph"],
  maxLinesPerMessage: [settings, "maxLinesPerMessage cuts by lines"],
  blockStreaming: [settings, "blockStreaming sends what is finished"],
  "blockStreamingCoalesce.minChars": [settings, "blockStreaming sends what is finished"],
  "blockStreamingCoalesce.maxChars": [settings, "blockStreaming sends what is finished"],
  "blockStreamingCoalesce.idleMs": [settings, "blockStreaming sends what is finished"],
  responsePrefix: [settings, "responsePrefix stands in front of answers"],
  historyLimit: [settings, "historyLimit 0 keeps nothing"],
  dmHistoryLimit: ["sessions/src/tool-pairing.test.ts", "dmHistoryLimit"],
  "dms.*.historyLimit": ["sessions/src/tool-pairing.test.ts", "dmHistoryLimit"],
  "markdown.tables": [settings, "markdown.tables %s"],
  mediaMaxMb: [settings, "mediaMaxMb keeps larger files out"],
  "commands.native": [acceptance, "with commands.native off an empty set is"],
  "commands.nativeSkills": [menus, "offers commands and skills, each with a switch of its own"],
  allowBots: [acceptance, "other bots are heard only with allowBots"],
  "retry.attempts": [pauses, "for retry.attempts in all"],
  "retry.minDelayMs": [pauses, "pauses grow from retry.minDelayMs to retry.maxDelayMs"],
  "retry.maxDelayMs": [pauses, "pauses grow from retry.minDelayMs to retry.maxDelayMs"],
  "retry.jitter": [pauses, "a share of each pause is random, as retry.jitter says"],
  replyToMode: [settings, "replyToMode all makes every message"],
  "dm.enabled": [settings, "dm.enabled false private chats"],
  "dm.policy": [settings, "dm.policy open with a star"],
  "dm.allowFrom": [acceptance, "/status is answered to a person who is let in"],
  "dm.groupEnabled": [rules, "are closed unless they are switched on"],
  "dm.groupChannels": [rules, "are open when %j is among those listed"],
  "guilds.*.slug": [rules, "belong to a guild by the slug of its entry"],
  "guilds.*.requireMention": [settings, "requireMention false answers without a mention"],
  "guilds.*.tools": [settings, "tools and toolsBySender of a guild and its channels decide which tools there are"],
  "guilds.*.toolsBySender": [
    settings,
    "tools and toolsBySender of a guild and its channels decide which tools there are",
  ],
  "guilds.*.users": [acceptance, "only the users of a guild are answered"],
  "guilds.*.reactionNotifications": [messages, "with reactionNotifications allowlist only the listed"],
  "guilds.*.channels.*.allow": [rules, "are closed by enabled and by allow"],
  "guilds.*.channels.*.enabled": [rules, "are closed by enabled and by allow"],
  "guilds.*.channels.*.requireMention": [rules, "have their own users before the guild's"],
  "guilds.*.channels.*.tools": [
    settings,
    "tools and toolsBySender of a guild and its channels decide which tools there are",
  ],
  "guilds.*.channels.*.toolsBySender": [
    settings,
    "tools and toolsBySender of a guild and its channels decide which tools there are",
  ],
  "guilds.*.channels.*.skills": [rules, "give tools and skills of the room before those of the guild"],
  "guilds.*.channels.*.users": [rules, "have their own users before the guild's"],
  "guilds.*.channels.*.systemPrompt": [rules, "are found under the key %j"],
  "guilds.*.channels.*.includeThreadStarter": [messages, "leave their beginning out where includeThreadStarter is off"],
  "guilds.*.channels.*.autoThread": [acceptance, "with autoThread the answer goes into a thread"],
  ...Object.fromEntries(
    actionGates.map((gate) => [`actions.${gate}`, [actions, "each switch takes its actions away"] as const]),
  ),
  "execApprovals.enabled": [interactions, "are not shown with %s"],
  "execApprovals.approvers": [interactions, "are decided by approvers alone"],
  "execApprovals.agentFilter": [interactions, "are not shown with %s"],
  "execApprovals.sessionFilter": [interactions, "match a session by a pattern too"],
  "intents.presence": [faults, "asks for the intents it needs"],
  "intents.guildMembers": [faults, "asks for the intents it needs"],
  "pluralkit.enabled": [messages, "says who really wrote"],
  "pluralkit.token": [messages, "says who really wrote"],
};

/** Where the schema goes on with shapes of its own. */
const whole = new Set(["tools", "toolsBySender", "accounts"]);

describe("the section channels.discord", () => {
  it("has no key without a test that shows its effect", () => {
    const keys = sectionKeys();
    expect(keys.filter((key) => shown[key] === undefined)).toEqual([]);
    expect(Object.keys(shown).filter((key) => !keys.includes(key))).toEqual([]);
  });

  it.each(Object.entries(shown))("%s is shown by a test that exists", (_key, [file, test]) => {
    expect(readFileSync(path.join(packages, file), "utf8")).toContain(test);
  });
});

function sectionKeys(): string[] {
  const schema = z.toJSONSchema(sectionSchema(createFragments()), { io: "input", unrepresentable: "any" });
  const parts: unknown = schema.$defs ?? {};

  const resolve = (node: unknown): Record<string, unknown> => {
    if (!isRecord(node)) return {};
    const name = typeof node.$ref === "string" ? node.$ref.split("/").at(-1) : undefined;
    return name !== undefined && isRecord(parts) ? resolve(parts[name]) : node;
  };
  const walk = (node: unknown, prefix: string): string[] => {
    const shape = resolve(node);
    if (isRecord(shape.properties)) {
      return Object.entries(shape.properties).flatMap(([key, value]) =>
        whole.has(key) ? [`${prefix}${key}`] : walk(value, `${prefix}${key}.`),
      );
    }
    if (isRecord(shape.additionalProperties)) return walk(shape.additionalProperties, `${prefix}*.`);
    return [prefix.slice(0, -1)];
  };
  return walk(schema, "").sort();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
