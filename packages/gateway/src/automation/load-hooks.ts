import crypto from "node:crypto";
import path from "node:path";
import { runAgentLoop } from "@openclaw/agent-runtime";
import {
  type BundledHookServices,
  bundledHooks,
  createBinarySearch,
  discoverHooks,
  type FoundHooks,
  type InternalHooks,
  loadInternalHooks,
} from "@openclaw/automation";
import { expandTilde } from "@openclaw/config/paths";
import { describeModelFailure } from "@openclaw/models";
import { messageText } from "@openclaw/sessions";
import type { AutomationGateway } from "./automation-parts.ts";

const askedTokens = 64;

/** What the hooks of a Gateway are found with. */
export type HookFinder = Pick<AutomationGateway, "agents" | "configStore" | "env" | "stateDir">;

/** The hooks there are, loaded or not. Those that come along can be run only with services. */
export function findGatewayHooks(gateway: HookFinder, services?: BundledHookServices): FoundHooks {
  const { agents, env, stateDir } = gateway;
  const absolute = fileFinder(gateway);
  return discoverHooks({
    extraDirs: (gateway.configStore.snapshot().config.hooks?.internal?.load?.extraDirs ?? []).map(absolute),
    bundled: env.OPENCLAW_BUNDLED_HOOKS_DIR?.trim() || bundledHooks(services),
    managedDir: path.join(stateDir, "hooks"),
    workspaceDir: path.join(agents.workspace(agents.defaultId()), "hooks"),
  });
}

/** Paths of the configuration are meant from where it lies. */
function fileFinder({ configStore, env }: HookFinder): (given: string) => string {
  const configDir = path.dirname(configStore.snapshot().path);
  return (given) => path.resolve(configDir, expandTilde(given, env.HOME ?? ""));
}

/** Finds the hooks of this Gateway and loads those that can run here. */
export async function loadGatewayHooks(gateway: AutomationGateway): Promise<InternalHooks> {
  const { config, env, log } = gateway;
  const found = findGatewayHooks(gateway, hookServices(gateway));
  for (const problem of found.problems) log.warn(problem);
  return loadInternalHooks({
    hooks: found.hooks,
    place: { config: config(), env, platform: process.platform, hasBinary: createBinarySearch(env) },
    config: config(),
    resolveModule: fileFinder(gateway),
    now: () => gateway.clock.now(),
    log,
  });
}

function hookServices(gateway: AutomationGateway): BundledHookServices {
  const { agents, config, conversations, models, pipeline, clock, timers, log } = gateway;
  return {
    config,
    stateDir: gateway.stateDir,
    workspaceDir: (agentId) => agents.workspace(agentId),
    agentOf: (sessionKey) => conversations.agentOf(sessionKey),
    async ask(agentId, question, limitMs) {
      const model = await models.resolve(await models.defaultRef(agentId), { agentId });
      if (model.info.api === "offline") return undefined;
      const limit = new AbortController();
      const cancel = timers.after(limitMs, () => limit.abort());
      try {
        const result = await runAgentLoop({
          model: model.languageModel,
          system: "You name conversations.",
          messages: [{ role: "user", content: question, timestamp: clock.now() }],
          maxOutputTokens: askedTokens,
          providerOptions: model.providerOptions("off"),
          signal: limit.signal,
          describeFailure: (error) => describeModelFailure(error, model.ref, { now: clock.now() }),
          clock,
          timers,
        });
        return result.lastMessage === undefined ? undefined : messageText(result.lastMessage);
      } finally {
        cancel();
      }
    },
    async runInMain(text) {
      const sessionKey = conversations.mainKey();
      const submission = pipeline.submit({
        id: `boot-${crypto.randomUUID()}`,
        source: "hook",
        receivedAt: clock.now(),
        sessionKey,
        agentId: conversations.agentOf(sessionKey),
        text,
        attachments: [],
        authorized: false,
        literal: true,
        owner: true,
        senderId: "boot",
        route: { surface: "none" },
      });
      await submission.durable;
      submission.release();
      const result = await submission.done;
      if (result?.status === "error") throw new Error(result.error ?? "the run failed");
    },
    userTimeZone: () => gateway.userTimeZone(),
    random: Math.random,
    log,
  };
}
