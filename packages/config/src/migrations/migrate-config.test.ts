import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import JSON5 from "json5";
import { describe, expect, it } from "vitest";
import { validateConfig } from "../schema/index.ts";
import { migrateConfig, removeUnknownKeys } from "./index.ts";

const fixtures = path.resolve(import.meta.dirname, "../../test/fixtures/invalid");

describe("migrateConfig", () => {
  it.each<[string, object, object, string[]]>([
    [
      "moves a channel's section and fills what is missing there",
      { telegram: { botToken: "1:a", dmPolicy: "pairing" }, channels: { telegram: { botToken: "2:b" } } },
      { channels: { telegram: { botToken: "2:b", dmPolicy: "pairing" } } },
      ["Moved telegram → channels.telegram (only what was missing there: dmPolicy)."],
    ],
    [
      "moves a channel's section as a whole",
      { discord: { token: "t" } },
      { channels: { discord: { token: "t" } } },
      ["Moved discord → channels.discord."],
    ],
    [
      "keeps a list that is set, and says so",
      { routing: { allowFrom: ["+1"] }, channels: { whatsapp: { allowFrom: ["+2"] } } },
      { channels: { whatsapp: { allowFrom: ["+2"] } } },
      ["Removed routing.allowFrom (channels.whatsapp.allowFrom already set)."],
    ],
    [
      "drops the list of WhatsApp where there is no WhatsApp",
      { routing: { allowFrom: ["+1"] } },
      {},
      ["Removed routing.allowFrom (channels.whatsapp is not configured)."],
    ],
    [
      "gives the mention rule to each channel",
      { routing: { groupChat: { requireMention: true } }, channels: { whatsapp: {} } },
      {
        channels: {
          whatsapp: { groups: { "*": { requireMention: true } } },
          telegram: { groups: { "*": { requireMention: true } } },
          imessage: { groups: { "*": { requireMention: true } } },
        },
      },
      [
        "Moved routing.groupChat.requireMention → channels.whatsapp.groups.*.requireMention.",
        "Moved routing.groupChat.requireMention → channels.telegram.groups.*.requireMention.",
        "Moved routing.groupChat.requireMention → channels.imessage.groups.*.requireMention.",
      ],
    ],
    [
      "moves Telegram's mention rule before its section",
      { telegram: { botToken: "1:a", requireMention: false } },
      { channels: { telegram: { botToken: "1:a", groups: { "*": { requireMention: false } } } } },
      [
        "Moved telegram.requireMention → channels.telegram.groups.*.requireMention.",
        "Moved telegram → channels.telegram (only what was missing there: botToken).",
      ],
    ],
    [
      "renames conditions",
      {
        bindings: [{ agentId: "a", match: { provider: "telegram", accountID: "x" } }],
        session: { sendPolicy: { rules: [{ action: "deny", match: { provider: "slack" } }] } },
        messages: { queue: { byProvider: { slack: "collect" } } },
      },
      {
        bindings: [{ agentId: "a", match: { channel: "telegram", accountId: "x" } }],
        session: { sendPolicy: { rules: [{ action: "deny", match: { channel: "slack" } }] } },
        messages: { queue: { byChannel: { slack: "collect" } } },
      },
      [
        "Moved bindings[0].match.provider → bindings[0].match.channel.",
        "Moved bindings[0].match.accountID → bindings[0].match.accountId.",
        "Moved session.sendPolicy.rules[0].match.provider → session.sendPolicy.rules[0].match.channel.",
        "Moved messages.queue.byProvider → messages.queue.byChannel.",
      ],
    ],
    [
      "moves the token and says what it is for",
      { gateway: { token: "secret" } },
      { gateway: { auth: { token: "secret", mode: "token" } } },
      ["Moved gateway.token → gateway.auth.token."],
    ],
    [
      "turns model names into choices and a table",
      {
        agent: {
          model: "anthropic/claude-opus-4-5",
          imageModel: "openai/gpt-5.2",
          allowedModels: ["openai/gpt-5.2"],
          modelAliases: { best: "anthropic/claude-opus-4-5" },
          modelFallbacks: ["openai/gpt-5-mini"],
          workspace: "~/claw",
        },
      },
      {
        agents: {
          defaults: {
            model: { primary: "anthropic/claude-opus-4-5", fallbacks: ["openai/gpt-5-mini"] },
            imageModel: { primary: "openai/gpt-5.2" },
            models: { "openai/gpt-5.2": {}, "anthropic/claude-opus-4-5": { alias: "best" } },
            workspace: "~/claw",
          },
        },
      },
      [
        "Moved agent.model → agents.defaults.model.primary.",
        "Moved agent.modelFallbacks → agents.defaults.model.fallbacks.",
        "Moved agent.imageModel → agents.defaults.imageModel.primary.",
        "Moved agent.allowedModels → agents.defaults.models.",
        "Moved agent.modelAliases → agents.defaults.models.*.alias.",
        "Moved agent.workspace → agents.defaults.workspace.",
      ],
    ],
    [
      "makes a choice of the default model that is a text",
      { agents: { defaults: { model: "anthropic/claude-opus-4-5", imageModel: "openai/gpt-5.2" } } },
      {
        agents: {
          defaults: {
            model: { primary: "anthropic/claude-opus-4-5", fallbacks: [] },
            imageModel: { primary: "openai/gpt-5.2", fallbacks: [] },
          },
        },
      },
      [
        "Migrated agents.defaults.model string → agents.defaults.model.primary.",
        "Migrated agents.defaults.imageModel string → agents.defaults.imageModel.primary.",
      ],
    ],
    [
      "moves what an agent may do to tools",
      {
        agent: {
          tools: { deny: ["exec"] },
          elevated: { enabled: false },
          bash: { timeoutSec: 5 },
          sandbox: { mode: "all", tools: { deny: ["browser"] } },
        },
      },
      {
        tools: {
          deny: ["exec"],
          elevated: { enabled: false },
          exec: { timeoutSec: 5 },
          sandbox: { tools: { deny: ["browser"] } },
        },
        agents: { defaults: { sandbox: { mode: "all" } } },
      },
      [
        "Moved agent.tools.deny → tools.deny.",
        "Moved agent.elevated → tools.elevated.",
        "Moved agent.bash → tools.exec.",
        "Moved agent.sandbox.tools → tools.sandbox.tools.",
        "Moved agent.sandbox → agents.defaults.sandbox.",
      ],
    ],
    [
      "makes a list of routing.agents",
      {
        routing: {
          agents: {
            work: { name: "Work", mentionPatterns: ["@w"], sandbox: { mode: "all", tools: { deny: ["exec"] } } },
          },
          defaultAgentId: "work",
          bindings: [{ agentId: "work", match: { channel: "telegram" } }],
        },
        identity: { name: "Claw" },
      },
      {
        agents: {
          list: [
            {
              id: "work",
              name: "Work",
              groupChat: { mentionPatterns: ["@w"] },
              sandbox: { mode: "all" },
              tools: { sandbox: { tools: { deny: ["exec"] } } },
              default: true,
              identity: { name: "Claw" },
            },
          ],
        },
        bindings: [{ agentId: "work", match: { channel: "telegram" } }],
      },
      [
        "Moved routing.agents.work → agents.list.",
        "Moved routing.defaultAgentId → agents.list (work).default.",
        "Moved identity → agents.list (work).identity.",
        "Moved routing.bindings → bindings.",
      ],
    ],
    [
      "keeps a transcriber that is known and drops another",
      {
        routing: { transcribeAudio: { command: ["whisper", "--model", "base"], timeoutSeconds: 30 } },
        audio: { transcription: { command: ["my-own-tool"] } },
      },
      {
        tools: {
          media: {
            audio: { models: [{ type: "cli", command: "whisper", args: ["--model", "base"], timeoutSeconds: 30 }] },
          },
        },
      },
      [
        "Moved routing.transcribeAudio → tools.media.audio.models.",
        "Removed audio.transcription (its program is not supported).",
      ],
    ],
    [
      "renames switches",
      {
        tools: { bash: { timeoutSec: 5 } },
        messages: { tts: { enabled: true } },
        auth: { profiles: { "anthropic:claude-cli": { provider: "anthropic", mode: "token" } } },
      },
      {
        tools: { exec: { timeoutSec: 5 } },
        messages: { tts: { auto: "always" } },
        auth: { profiles: { "anthropic:claude-cli": { provider: "anthropic", mode: "oauth" } } },
      },
      [
        "Moved tools.bash → tools.exec.",
        "Moved messages.tts.enabled → messages.tts.auto.",
        'Changed auth.profiles["anthropic:claude-cli"].mode from "token" to "oauth".',
      ],
    ],
    [
      "copies the acknowledgement to WhatsApp",
      { messages: { ackReaction: "👀", ackReactionScope: "all" }, channels: { whatsapp: {} } },
      {
        messages: { ackReaction: "👀", ackReactionScope: "all" },
        channels: { whatsapp: { ackReaction: { emoji: "👀", direct: true, group: "always" } } },
      },
      ["Copied messages.ackReaction → channels.whatsapp.ackReaction (scope all)."],
    ],
  ])("%s", (_name, before, after, changes) => {
    const untouched = structuredClone(before);
    const result = migrateConfig(before);
    expect(result).toEqual({ value: after, changes });
    expect(before).toEqual(untouched);
    expect(migrateConfig(result.value)).toEqual({ value: after, changes: [] });
    expect(validateConfig(result.value)).toMatchObject({ ok: true });
  });

  it("gives a current configuration back as it is", () => {
    const value = { gateway: { port: 1 } };
    expect(migrateConfig(value).value).toBe(value);
  });

  it.each(readdirSync(fixtures).filter((name) => name.includes("legacy") && name.endsWith(".json5")))(
    "leaves no former key behind in %s",
    (name) => {
      const { value } = migrateConfig(JSON5.parse(readFileSync(path.join(fixtures, name), "utf8")));
      const result = validateConfig(value);
      expect(result.ok ? [] : result.issues.filter(({ message }) => message.includes("auto-migrated"))).toEqual([]);
    },
  );
});

describe("removeUnknownKeys", () => {
  it("removes exactly the keys that validation does not know", () => {
    const value = {
      nonsense: 1,
      gateway: { port: 1, prot: 2 },
      agents: { list: [{ id: "a", colour: "red" }], defaults: { models: { "x/y.z": { alias: "q", weight: 1 } } } },
    };
    const result = validateConfig(value);
    const { value: next, removed } = removeUnknownKeys(value, result.ok ? [] : result.issues);
    expect(removed.toSorted()).toEqual(
      ["nonsense", "gateway.prot", "agents.list.0.colour", "agents.defaults.models.x/y.z.weight"].toSorted(),
    );
    expect(next).toEqual({
      gateway: { port: 1 },
      agents: { list: [{ id: "a" }], defaults: { models: { "x/y.z": { alias: "q" } } } },
    });
  });
});
