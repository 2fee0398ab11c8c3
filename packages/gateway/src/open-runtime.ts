import { type AgentRuntime, type CallWaits, createAgentRuntime, createCallWaits } from "@openclaw/agent-runtime";
import type { GatewayApprovals } from "./approvals/open-approvals.ts";
import { openBackgroundCommands } from "./background-commands.ts";
import type { GatewayBase } from "./gateway-base.ts";
import { openMcp } from "./mcp/open-mcp.ts";
import type { GatewayMedia } from "./media/open-media.ts";
import { createGatewayMetrics, type GatewayMetrics } from "./metrics/gateway-metrics.ts";
import { createLazyExecNodes } from "./nodes/lazy-exec-nodes.ts";
import type { GatewayModels } from "./open-models.ts";
import type { GatewayStores } from "./open-stores.ts";
import { createRunRegistry, type RunRegistry } from "./runs/run-registry.ts";
import { createGatewaySkills, type GatewaySkills } from "./skills/agent-skills.ts";

/** What runs agents, and what is known of their runs. */
export interface GatewayRuntime {
  readonly runtime: AgentRuntime;
  readonly runs: RunRegistry;
  readonly metrics: GatewayMetrics;
  readonly skills: GatewaySkills;
  /** Runs that wait for other runs. */
  readonly waits: CallWaits;
}

export async function openRuntime(
  gateway: GatewayBase &
    GatewayStores &
    Pick<GatewayModels, "models"> &
    GatewayApprovals &
    Pick<GatewayMedia, "speech">,
): Promise<GatewayRuntime> {
  const { config, env, stateDir, version, agents, connections, clock, timers, life, late, log } = gateway;
  const { storage, journal, sessions, systemEvents, models, approvals, approvalDesk, runGrants, speech, givenFetch } =
    gateway;
  const tellSession = async (sessionKey: string, text: string) => {
    await systemEvents.enqueue(sessionKey, text);
    await late.waker.get().soon(sessionKey);
  };
  const backgroundCommands = openBackgroundCommands({ storage, notify: tellSession, log: log.child("agent") });
  life.on("recover", () => backgroundCommands.recover());
  life.on("close", () => backgroundCommands.close());
  const mcp = openMcp({
    servers: () => config().mcp?.servers ?? {},
    workspace: (agentId) => agents.workspace(agentId),
    stateDir,
    env,
    version,
    clock,
    timers,
    log: log.child("mcp"),
  });
  life.on("close", () => mcp.close());
  const skills = createGatewaySkills({
    config,
    stateDir,
    env,
    workspace: (agentId) => agents.workspace(agentId),
    agentIds: () => agents.ids(),
    clock,
    log: log.child("skills"),
  });
  await skills.open();
  const waits = createCallWaits(() => runtime.reload());
  const metrics = createGatewayMetrics({
    clock,
    clients: () => connections.size,
    contextTokens: (key) => sessions.get(key)?.totalTokens,
  });
  const runtime = createAgentRuntime({
    models,
    sessions,
    config,
    env,
    clock,
    timers,
    log: log.child("agent"),
    ...(givenFetch ? { fetch: givenFetch } : {}),
    execApprovals: { store: approvals, desk: approvalDesk },
    execNodes: createLazyExecNodes(() => late.nodes.get().load(), runGrants),
    notify: tellSession,
    backgroundLedger: backgroundCommands,
    skills: (agent) => skills.of(agent),
    tools: (scope) => [
      ...(late.agentTools.opened?.tools(scope) ?? []),
      ...(late.automation.opened?.tools(scope) ?? []),
    ],
    plugins: () => late.plugins.opened?.forRuns(),
    externalTools: mcp.tools,
    idleNestedPlaces: () => waits.idlePlaces,
    observeLanes: (event, lane) => metrics.lane(event, lane),
    wasStopped: (runId) => journal.get(runId)?.state === "aborted",
    voiceHint: (sessionMode) => speech.hint(sessionMode),
    bootstrap: {
      listens: () => late.automation.opened?.hooks.bootstrap.listens() ?? false,
      apply: async (place, files) => late.automation.opened?.hooks.bootstrap.apply(place, files) ?? files,
    },
  });
  const runs = metrics.counted(createRunRegistry(clock));
  life.on("drain", () => runs.close());
  life.on("close", () => runs.close());
  return { runtime, runs, metrics, skills, waits };
}
