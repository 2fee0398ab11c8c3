import { randomUUID } from "node:crypto";
import path from "node:path";
import { createAgentRuntime, type RunResult } from "@openclaw/agent-runtime";
import { openApprovalsStore } from "@openclaw/approvals";
import { createLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { normalizeAgentId, openSessions, patchSession, type Sessions } from "@openclaw/sessions";
import { createFileLease, gatewayLeaseName, type LeaseHandle, LeaseHeldError, systemClock } from "@openclaw/storage";
import { pluginProviders } from "../models/plugin-providers.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { type AgentTurn, explicitSessionKey, type TurnOutcome } from "./agent-turn.ts";

/**
 * Runs a turn in this process, with this machine's credentials. The state directory is taken for as long as it lasts,
 * so that no Gateway writes to the same session.
 * @throws CliError when a Gateway owns the state directory
 */
export async function embeddedTurn(turn: AgentTurn, context: CommandContext): Promise<TurnOutcome> {
  const lease = await takeState(context);
  try {
    return await runTurn(turn, context);
  } finally {
    await lease.release();
  }
}

async function runTurn(turn: AgentTurn, context: CommandContext): Promise<TurnOutcome> {
  const { env, paths } = context;
  const { config: current } = await context.config();
  const config = () => current;
  const { target } = turn;
  const log = createLog({ file: false, console: context.stderr, consoleLevel: "warn", env });
  const wantedIds = target.kind === "session-id" ? [target.sessionId] : [];
  const sessions = openSessions({
    stateDir: paths.stateDir,
    config,
    log,
    newSessionId: () => wantedIds.shift() ?? randomUUID(),
  });
  try {
    const providers = await pluginProviders(context);
    const models = createModels({ config, env, log, stateDir: paths.stateDir, providers });
    const key = sessionKeyOf(turn, sessions);
    const agentId = sessions.agentIdOf(key);
    sessions.ensure(key, { channel: "webchat" });
    if (turn.thinking !== undefined || turn.verbose !== undefined) {
      patchSession(
        sessions,
        key,
        {
          ...(turn.thinking === undefined ? {} : { thinkingLevel: turn.thinking }),
          ...(turn.verbose === undefined ? {} : { verboseLevel: turn.verbose }),
        },
        {
          now: context.now(),
          newSessionId: randomUUID,
          defaultModel: await models.defaultRef(agentId),
          resolveModel: (reference) => {
            throw new CliError(`The model cannot be changed here: ${reference}`);
          },
        },
      );
    }
    // Nobody can be asked here, but what is on the allowlist runs.
    const approvals = openApprovalsStore({ stateDir: paths.stateDir, clock: systemClock, log });
    const runtime = createAgentRuntime({ models, sessions, config, env, log, execApprovals: { store: approvals } });
    const run = runtime.start({
      runId: randomUUID(),
      sessionKey: key,
      agentId,
      prompt: { text: turn.message },
      ...(turn.thinking === undefined ? {} : { thinking: turn.thinking }),
      ...(turn.timeoutSeconds === undefined ? {} : { timeoutMs: turn.timeoutSeconds * 1000 }),
      channel: "webchat",
    });
    const result = await run.done;
    await runtime.stop({ drainMs: 0 });
    return outcome(result);
  } finally {
    await sessions.close();
    await log.close();
  }
}

async function takeState(context: Pick<CommandContext, "paths" | "hint">): Promise<LeaseHandle> {
  const { stateDir } = context.paths;
  const leases = createFileLease({ dir: path.join(stateDir, "leases"), clock: systemClock });
  try {
    return await leases.acquire(gatewayLeaseName, { note: "agent --local" });
  } catch (error) {
    if (!(error instanceof LeaseHeldError)) throw error;
    const owner = error.owner;
    const who = owner?.note === "agent --local" ? "Another agent --local" : "The Gateway";
    const where = owner ? ` (pid ${owner.pid} on ${owner.host})` : "";
    throw new CliError(
      [
        `${who}${where} holds the sessions in ${stateDir}; nothing was run.`,
        owner?.note === "agent --local" ? "Wait until it has ended." : "Leave out --local to use it, or stop it first.",
      ],
      { code: "lease-held", cause: error },
    );
  }
}

/** @throws CliError for an agent that is not configured */
function sessionKeyOf({ target }: AgentTurn, sessions: Sessions): string {
  const agentId = target.agentId === undefined ? undefined : normalizeAgentId(target.agentId);
  if (agentId !== undefined && !sessions.agentIds().includes(agentId)) {
    throw new CliError(`Unknown agent id "${target.agentId}". Configured: ${sessions.agentIds().join(", ")}.`);
  }
  switch (target.kind) {
    case "agent":
      return sessions.mainKey(agentId);
    case "to":
      return sessions.canonical(agentId === undefined ? target.to : `agent:${agentId}:${target.to}`);
    case "session-id":
      return (
        sessions.keysBySessionId(target.sessionId)[0] ??
        sessions.canonical(explicitSessionKey(target.sessionId, agentId))
      );
  }
}

function outcome(result: RunResult): TurnOutcome {
  const payloads = result.payloads.map(({ text = "", mediaUrls = [] }) => ({ text, mediaUrls }));
  const ok = result.status === "ok";
  return {
    ok,
    payloads,
    error: ok ? undefined : (result.error ?? `The run was ${result.status}.`),
    document: {
      payloads: payloads.map(({ text, mediaUrls }) => ({
        text,
        mediaUrl: mediaUrls[0] ?? null,
        ...(mediaUrls.length > 0 ? { mediaUrls } : {}),
      })),
      meta: {
        durationMs: result.endedAt - result.startedAt,
        agentMeta: {
          sessionId: result.sessionId,
          provider: result.provider,
          model: result.model,
          ...(result.usage ? { usage: result.usage } : {}),
        },
        aborted: result.status === "aborted",
        ...(result.systemPromptReport ? { systemPromptReport: result.systemPromptReport } : {}),
      },
    },
  };
}
