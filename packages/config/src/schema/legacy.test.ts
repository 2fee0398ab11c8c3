import { expect, it } from "vitest";
import { legacyIssues } from "./legacy.ts";

const textAt = (value: unknown, path: string) => legacyIssues(value).find((issue) => issue.path === path)?.message;

it("finds nothing in what is no object", () => {
  for (const value of [null, [], "agent", 1, undefined]) expect(legacyIssues(value)).toEqual([]);
});

it.each(["whatsapp", "telegram", "discord", "slack", "signal", "imessage", "msteams"])(
  "says where the former top-level section %s went",
  (id) => {
    expect(textAt({ [id]: {} }, id)).toBe(`${id} config moved to channels.${id} (auto-migrated on load).`);
  },
);

it("names the key itself and its former parts", () => {
  const value = { agent: { model: "a/b", imageModel: { primary: "c/d" }, allowedModels: [] } };
  expect(legacyIssues(value).map((issue) => issue.path)).toEqual(["agent", "agent.model", "agent.allowedModels"]);
});

it("tells the models of former releases from those of today", () => {
  expect(textAt({ agent: { model: { primary: "a/b" } } }, "agent.model")).toBeUndefined();
});

it("words each of the rest", () => {
  const value = {
    routing: {
      allowFrom: [],
      bindings: [],
      agents: {},
      defaultAgentId: "a",
      agentToAgent: {},
      groupChat: { requireMention: true, mentionPatterns: [] },
      queue: {},
      transcribeAudio: {},
    },
    telegram: { requireMention: false },
    identity: {},
    agent: { imageModel: "x", modelAliases: {}, modelFallbacks: [], imageModelFallbacks: [] },
    tools: { bash: {} },
    messages: { tts: { enabled: false } },
    gateway: { token: "t" },
  };
  expect(legacyIssues(value).map((issue) => `${issue.path} = ${issue.message}`)).toMatchInlineSnapshot(`
    [
      "telegram = telegram config moved to channels.telegram (auto-migrated on load).",
      "routing.allowFrom = routing.allowFrom was removed; use channels.whatsapp.allowFrom instead (auto-migrated on load).",
      "routing.bindings = routing.bindings was moved; use top-level bindings instead (auto-migrated on load).",
      "routing.agents = routing.agents was moved; use agents.list instead (auto-migrated on load).",
      "routing.defaultAgentId = routing.defaultAgentId was moved; use agents.list[].default instead (auto-migrated on load).",
      "routing.agentToAgent = routing.agentToAgent was moved; use tools.agentToAgent instead (auto-migrated on load).",
      "routing.groupChat.requireMention = routing.groupChat.requireMention was removed; use channels.whatsapp/telegram/imessage groups defaults (e.g. channels.whatsapp.groups."*".requireMention) instead (auto-migrated on load).",
      "routing.groupChat.mentionPatterns = routing.groupChat.mentionPatterns was moved; use agents.list[].groupChat.mentionPatterns or messages.groupChat.mentionPatterns instead (auto-migrated on load).",
      "routing.queue = routing.queue was moved; use messages.queue instead (auto-migrated on load).",
      "routing.transcribeAudio = routing.transcribeAudio was moved; use tools.media.audio.models instead (auto-migrated on load).",
      "telegram.requireMention = telegram.requireMention was removed; use channels.telegram.groups."*".requireMention instead (auto-migrated on load).",
      "identity = identity was moved; use agents.list[].identity instead (auto-migrated on load).",
      "agent = agent.* was moved; use agents.defaults (and tools.* for tool/elevated/exec settings) instead (auto-migrated on load).",
      "agent.imageModel = agent.imageModel string was replaced by agents.defaults.imageModel.primary/fallbacks (auto-migrated on load).",
      "agent.modelAliases = agent.modelAliases was replaced by agents.defaults.models.*.alias (auto-migrated on load).",
      "agent.modelFallbacks = agent.modelFallbacks was replaced by agents.defaults.model.fallbacks (auto-migrated on load).",
      "agent.imageModelFallbacks = agent.imageModelFallbacks was replaced by agents.defaults.imageModel.fallbacks (auto-migrated on load).",
      "tools.bash = tools.bash was removed; use tools.exec instead (auto-migrated on load).",
      "messages.tts.enabled = messages.tts.enabled was replaced by messages.tts.auto (auto-migrated on load).",
      "gateway.token = gateway.token is ignored; use gateway.auth.token instead (auto-migrated on load).",
    ]
  `);
});

it("is not misled by inherited properties", () => {
  expect(legacyIssues(Object.create({ agent: {} }))).toEqual([]);
});
