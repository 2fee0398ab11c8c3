import path from "node:path";
import { type CommandRegistry, elevatedSettings, type SystemPromptReport } from "@openclaw/agent-runtime";
import type { CommandRequest, CommandServices } from "@openclaw/agent-runtime/commands";
import { agentSessionsDir, createUsageLedger } from "@openclaw/sessions";
import { z } from "zod";
import { createAllowlists } from "./allowlists.ts";
import { createConfigFile, memberOf } from "./config-file.ts";
import { createDocks } from "./docks.ts";
import type { CommandParts } from "./gateway-commands.ts";
import { sandboxOf, statusFacts, statusSources } from "./status-facts.ts";

/** Parts of a stored report that `/context` reads; records of other programs and releases may lack some. */
const storedReport = z.looseObject({
  source: z.enum(["run", "estimate"]),
  generatedAt: z.number(),
  sessionId: z.string(),
  provider: z.string(),
  model: z.string(),
  workspaceDir: z.string(),
  bootstrapMaxChars: z.number(),
  sandbox: z.object({ mode: z.string(), sandboxed: z.boolean() }),
  systemPrompt: z.object({ chars: z.number(), projectContextChars: z.number(), nonProjectContextChars: z.number() }),
  injectedWorkspaceFiles: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      missing: z.boolean(),
      rawChars: z.number(),
      injectedChars: z.number(),
      truncated: z.boolean(),
    }),
  ),
  skills: z.object({
    promptChars: z.number(),
    entries: z.array(z.object({ name: z.string(), blockChars: z.number() })),
  }),
  tools: z.object({
    listChars: z.number(),
    schemaChars: z.number(),
    entries: z.array(
      z.object({ name: z.string(), summaryChars: z.number(), schemaChars: z.number(), propertiesCount: z.number() }),
    ),
  }),
});

/** What commands act on: the parts of one Gateway. */
export function createCommandServices(
  parts: CommandParts,
  registry: CommandRegistry,
  skills: CommandServices["skills"],
): CommandServices {
  const { sessions, models, runtime, systemEvents, clock } = parts;
  const config = parts.config;
  const ledger = createUsageLedger();
  const elevated = ({ agentId, place, sender }: Pick<CommandRequest, "agentId" | "place" | "sender">) => {
    const names = [sender.id, sender.name, sender.username].filter((name) => name !== undefined);
    return elevatedSettings(config(), { agentId, channel: place.channel, sender: { names } }, undefined).access;
  };
  const folders = () => parts.agents.ids().map((id) => agentSessionsDir(sessions.stateDir, id));

  const promptReport = async (request: CommandRequest): Promise<SystemPromptReport> => {
    const entry = sessions.get(request.sessionKey);
    const stored = storedReport.safeParse(entry?.systemPromptReport);
    if (stored.success && stored.data.sessionId === entry?.sessionId) return stored.data;
    const { sessionKey, agentId, place } = request;
    return (await runtime.systemPrompt({ sessionKey, agentId, channel: place.channel })).report;
  };

  return {
    registry,
    models,
    config,
    now: () => clock.now(),
    session: {
      get: (key) => sessions.get(key),
      inheritedModel: (key) => sessions.inheritedModel(key),
      patch(key, patch) {
        if (!sessions.get(key)?.sessionId) sessions.ensure(key, { now: clock.now() });
        sessions.update(key, () => patch);
      },
    },
    tellModel: (sessionKey, text) => systemEvents.enqueue(sessionKey, text),
    statusFacts: (request, { usage } = {}) =>
      statusFacts(
        request.sessionKey,
        { channel: request.place.channel, elevatedAllowed: elevated(request).allowed, usage },
        statusSources(parts),
      ),
    promptReport,
    stop: (sessionKey) => parts.stop(sessionKey),
    usage: {
      session: async (sessionKey) => {
        const transcript = sessions.transcriptPath(sessionKey);
        return transcript === undefined ? { cost: 0, tokens: 0, partial: false } : ledger.transcript(transcript);
      },
      since: (from) => ledger.since(from, folders()),
    },
    configFile: createConfigFile(parts.configStore),
    elevated,
    sandbox: ({ sessionKey, agentId }) => sandboxOf(runtime, sessionKey, agentId),
    skills,
    authFile: (agentId) =>
      models.credentials?.store(agentId).path ??
      path.join(sessions.stateDir, "agents", agentId, "agent", "auth-profiles.json"),
    endpoint(provider) {
      const declared = memberOf(config().models?.providers, provider);
      const [baseUrl, api] = [memberOf(declared, "baseUrl"), memberOf(declared, "api")];
      return {
        ...(typeof baseUrl === "string" ? { baseUrl } : {}),
        ...(typeof api === "string" ? { api } : {}),
      };
    },
    restart: { method: "in-process", request: () => parts.restart() },
    allowlist: createAllowlists(parts.configStore),
    docks: createDocks({ sessions, config }),
    speech: () => parts.speech.control(),
    ...parts.provided,
  };
}
