import { randomUUID } from "node:crypto";
import { GatewayCallError, type GatewayConnection, withGateway } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import { listOf, recordOf, textOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { type AgentTurn, explicitSessionKey, type TurnOutcome, type TurnPayload } from "./agent-turn.ts";

const defaultTimeoutSeconds = 600;
/** What a run may take beyond its own limit before the client gives up, ms. */
const marginMs = 30_000;
const leastTimeoutMs = 10_000;
const connectTimeoutMs = 10_000;

/**
 * Runs a turn on the Gateway and waits for its end.
 * @throws GatewayCallError; with stage `connect` the Gateway has not heard of the turn
 */
export function gatewayTurn(turn: AgentTurn, context: CommandContext, flags: TargetFlags): Promise<TurnOutcome> {
  return withGateway({ context, ...flags, timeoutMs: connectTimeoutMs }, (connection) =>
    runTurn(turn, context, connection),
  );
}

async function runTurn(turn: AgentTurn, context: CommandContext, connection: GatewayConnection): Promise<TurnOutcome> {
  const { config } = await context.config();
  const seconds = turn.timeoutSeconds ?? config.agents?.defaults?.timeoutSeconds ?? defaultTimeoutSeconds;
  const place = await sessionOf(turn, connection);
  await keepPreferences(turn, place, connection);
  const runId = randomUUID();
  try {
    const answer = await connection.call("agent", agentParams(turn, place, runId), {
      expectFinal: true,
      timeoutMs: Math.max(leastTimeoutMs, seconds * 1000 + marginMs),
    });
    return outcome(answer, undefined);
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    if (error.payload !== undefined) return outcome(error.payload, error.reason);
    if (error.details.length === 0) throw error;
    // The connection ended or was too slow: the Gateway may have the message, so it must not be sent a second time.
    throw new CliError(
      [
        error.reason,
        `Whether the Gateway took the message is not known; if it did, the run (${runId}) goes on there.`,
        ...error.details,
      ],
      { code: error.code, cause: error },
    );
  }
}

/** How the session is named to the Gateway. */
type Place = { sessionKey: string } | { to: string } | { agentId: string };

async function sessionOf({ target }: AgentTurn, connection: GatewayConnection): Promise<Place> {
  switch (target.kind) {
    case "agent":
      return { agentId: target.agentId };
    case "to":
      return { to: target.to };
    case "session-id": {
      try {
        const found = recordOf(await connection.call("sessions.resolve", { sessionId: target.sessionId }));
        const key = textOf(found.key);
        if (key !== undefined) return { sessionKey: key };
      } catch (error) {
        // An id that names no session begins one.
        if (!(error instanceof GatewayCallError) || error.details.length > 0) throw error;
      }
      return { sessionKey: explicitSessionKey(target.sessionId, target.agentId) };
    }
  }
}

/** `--thinking` and `--verbose` stay with the session. */
async function keepPreferences(turn: AgentTurn, place: Place, connection: GatewayConnection): Promise<void> {
  if (turn.thinking === undefined && turn.verbose === undefined) return;
  const key = "sessionKey" in place ? place.sessionKey : "to" in place ? place.to : `agent:${place.agentId}:main`;
  await connection.call("sessions.patch", {
    key,
    ...(turn.thinking === undefined ? {} : { thinkingLevel: turn.thinking }),
    ...(turn.verbose === undefined ? {} : { verboseLevel: turn.verbose }),
  });
}

function agentParams(turn: AgentTurn, place: Place, runId: string): object {
  return {
    message: turn.message,
    idempotencyKey: runId,
    ...(turn.target.agentId === undefined ? {} : { agentId: turn.target.agentId }),
    ...place,
    ...(turn.thinking === undefined ? {} : { thinking: turn.thinking }),
    ...(turn.timeoutSeconds === undefined ? {} : { timeout: turn.timeoutSeconds }),
    ...(turn.deliver ? { deliver: true } : {}),
    ...(turn.channel === undefined ? {} : { channel: turn.channel }),
    ...(turn.replyTo === undefined ? {} : { replyTo: turn.replyTo }),
    ...(turn.replyChannel === undefined ? {} : { replyChannel: turn.replyChannel }),
    ...(turn.replyAccount === undefined ? {} : { replyAccountId: turn.replyAccount }),
  };
}

function outcome(answer: unknown, error: string | undefined): TurnOutcome {
  const root = recordOf(answer);
  const failed = error !== undefined || root.status === "error";
  const payloads = listOf(recordOf(root.result).payloads).map(readPayload);
  return { ok: !failed, payloads, error: failed ? (error ?? textOf(root.summary)) : undefined, document: answer };
}

function readPayload(value: unknown): TurnPayload {
  const payload = recordOf(value);
  const several = listOf(payload.mediaUrls).filter((url) => typeof url === "string");
  const single = textOf(payload.mediaUrl);
  return {
    text: textOf(payload.text) ?? "",
    mediaUrls: several.length > 0 ? several : single === undefined ? [] : [single],
  };
}
