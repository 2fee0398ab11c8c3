import os from "node:os";
import type { OpenClawConfig } from "@openclaw/config";
import { type AuditReport, runAudit } from "@openclaw/setup/audit";
import { listOf, recordOf } from "../commands/payload.ts";
import type { CommandContext } from "../run/command-context.ts";
import { auditInput } from "../security/audit-input.ts";
import { type UpdateFacts, updateFacts } from "../update/update-facts.ts";
import { localUsage } from "../usage/local-usage.ts";
import { type GatewayProbe, probeGateway } from "./gateway-probe.ts";
import { type LocalState, readLocalState } from "./local-state.ts";
import { type ServiceFacts, serviceFacts } from "./services.ts";
import { statusSession } from "./session-facts.ts";

export interface StatusOptions {
  timeoutMs: number;
  deep: boolean;
  usage: boolean;
}

/** Everything `status` knows: the document of `--json` and what the report needs besides. */
export interface Status {
  document: StatusDocument;
  probe: GatewayProbe;
  local: LocalState;
  config: OpenClawConfig;
}

type StatusDocument = ReturnType<typeof buildDocument> & { usage?: unknown };

/** How many sessions are listed. */
const recentSessions = 10;

/** Reads the state directory and asks the Gateway; works without one. */
export async function collectStatus(context: CommandContext, options: StatusOptions): Promise<Status> {
  const { config } = await context.config();
  const methods: (readonly [string, object])[] = [["status", {}]];
  if (options.deep) methods.push(["health", { probe: true }], ["last-heartbeat", {}], ["channels.status", {}]);
  if (options.usage) methods.push(["usage.status", {}]);
  const [probe, local, audit, gatewayService, nodeService, updates] = await Promise.all([
    probeGateway(context, { timeoutMs: options.timeoutMs, methods }),
    readLocalState(config, context),
    auditInput(context).then((input) => runAudit(input)),
    serviceFacts("gateway", context),
    serviceFacts("node", context),
    updateFacts(config, context),
  ]);
  const usage = options.usage ? (probe.answers["usage.status"] ?? (await localUsage(context))) : undefined;
  const document = {
    ...buildDocument(context, config, probe, local, { audit, gatewayService, nodeService, ...updates }, options),
    ...(options.usage ? { usage } : {}),
  };
  return { document, probe, local, config };
}

function buildDocument(
  context: CommandContext,
  config: OpenClawConfig,
  probe: GatewayProbe,
  local: LocalState,
  {
    audit,
    gatewayService,
    nodeService,
    update,
    channel,
  }: { audit: AuditReport; gatewayService: ServiceFacts; nodeService: ServiceFacts } & UpdateFacts,
  options: StatusOptions,
) {
  const now = context.now();
  const agents = local.agents.map(({ id, name, workspaceDir, bootstrapPending, store }) => {
    const [latest] = store.byRecency();
    const lastUpdatedAt = latest?.[1].updatedAt ?? null;
    return {
      id,
      ...(name === undefined ? {} : { name }),
      workspaceDir,
      bootstrapPending,
      sessionsPath: store.path,
      sessionsCount: store.count,
      lastUpdatedAt,
      lastActiveAgeMs: lastUpdatedAt === null ? null : Math.max(0, now - lastUpdatedAt),
    };
  });
  const remote = recordOf(probe.answers.status);
  const { target, reachable, connectLatencyMs, self, error, misconfigured } = probe;
  return {
    heartbeat: "heartbeat" in remote ? remote.heartbeat : localHeartbeat(local),
    channelSummary: listOf(remote.channelSummary),
    queuedSystemEvents: listOf(remote.queuedSystemEvents),
    sessions: "sessions" in remote ? remote.sessions : localSessions(local, now),
    os: osFacts(),
    update: update ? { ...update.update, availability: update.availability } : null,
    updateChannel: channel.value,
    updateChannelSource: channel.source,
    memory: null,
    memoryPlugin: { enabled: false, slot: null, reason: "no memory plugin in this build" },
    gateway: {
      mode: config.gateway?.mode === "remote" ? "remote" : "local",
      url: target?.url ?? null,
      urlSource: target?.source ?? null,
      misconfigured,
      reachable,
      connectLatencyMs,
      self,
      error,
    },
    gatewayService,
    nodeService,
    agents: {
      defaultId: local.defaultAgentId,
      agents,
      totalSessions: agents.reduce((sum, agent) => sum + agent.sessionsCount, 0),
      bootstrapPendingCount: agents.filter((agent) => agent.bootstrapPending).length,
    },
    securityAudit: audit,
    ...(options.deep
      ? { health: probe.answers.health ?? null, lastHeartbeat: probe.answers["last-heartbeat"] ?? null }
      : {}),
  };
}

/** Heartbeats need a running Gateway. */
function localHeartbeat(local: LocalState) {
  return {
    defaultAgentId: local.defaultAgentId,
    agents: local.agents.map(({ id }) => ({ agentId: id, enabled: false, every: "disabled", everyMs: null })),
  };
}

function localSessions({ agents, defaults }: LocalState, now: number) {
  const byAgent = agents.map(({ id, store }) => {
    const recent = [];
    for (const [key, entry] of store.byRecency()) {
      if (recent.length >= recentSessions) break;
      recent.push(statusSession(id, key, entry, defaults, now));
    }
    return { agentId: id, path: store.path, count: store.count, recent };
  });
  return {
    paths: [...new Set(byAgent.map((agent) => agent.path))],
    count: byAgent.reduce((sum, agent) => sum + agent.count, 0),
    defaults,
    recent: byAgent
      .flatMap((agent) => agent.recent)
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, recentSessions),
    byAgent,
  };
}

function osFacts() {
  const platform = os.platform();
  const arch = os.arch();
  const release = os.release();
  const name =
    platform === "darwin" ? "macOS" : platform === "win32" ? "Windows" : platform === "linux" ? "Linux" : platform;
  return { platform, arch, release, label: `${name} ${release} (${arch})` };
}
