import { type ConfigSnapshot, type ConfigStore, configJsonSchema, redactConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import { type DeliveryContext, deliveryContextOf, type SessionEntry } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { doctorHint, type RestartSentinelPayload, writeRestartSentinel } from "../restart-sentinel.ts";

const defaultDelayMs = 2000;
const longestDelayMs = 60_000;
const longestReason = 200;

const actions = ["restart", "config.get", "config.schema", "config.apply", "config.patch"] as const;

const parameters = {
  type: "object",
  properties: {
    action: { type: "string", enum: actions },
    reason: { type: "string", description: "restart: why" },
    delayMs: { type: "number", description: `restart: wait this long before (default ${defaultDelayMs})` },
    raw: { type: "string", description: "config.apply: the whole file; config.patch: a merge patch (JSON5)" },
    baseHash: { type: "string", description: "config.*: hash of the configuration the change was made from" },
    sessionKey: { type: "string", description: "Session that is told after the restart (default: this one)" },
    note: { type: "string", description: "What that session is told" },
    restartDelayMs: { type: "number", description: "config.*: wait this long before the restart" },
  },
  required: ["action"],
};

export interface GatewayToolOptions {
  sessionKey: string;
  /** Whether the sender of the message that is being answered is the owner. */
  isOwner: () => boolean;
  entry: (sessionKey: string) => SessionEntry | undefined;
  configStore: ConfigStore;
  requestRestart: (request: { reason: string; delayMs: number }) => void;
  stateDir: string;
  clock: Clock;
  log: Logger;
}

/** Lets the agent restart its Gateway and look after its configuration. */
export function createGatewayTool(options: GatewayToolOptions): Tool {
  const { configStore } = options;

  const schedule = async (
    params: Record<string, unknown>,
    what: { kind: string; reason: string; delay: unknown; message: string | null; stats: object },
  ) => {
    const asked = typeof what.delay === "number" && Number.isFinite(what.delay) ? what.delay : defaultDelayMs;
    const delayMs = Math.min(longestDelayMs, Math.max(0, Math.floor(asked)));
    const sessionKey = text(params, "sessionKey") ?? options.sessionKey;
    const payload: RestartSentinelPayload = {
      kind: what.kind,
      status: "ok",
      ts: options.clock.now(),
      sessionKey,
      ...routeOf(options.entry(sessionKey)),
      message: what.message,
      doctorHint,
      stats: what.stats,
    };
    await writeRestartSentinel(payload, options);
    options.requestRestart({ reason: what.reason, delayMs });
    return { ok: true, pid: process.pid, signal: "SIGUSR1", delayMs, reason: what.reason, mode: "emit" };
  };

  const change = async (action: "config.apply" | "config.patch", params: Record<string, unknown>) => {
    if (!options.isOwner()) throw new Error("Tool restricted to owner senders.");
    const raw = text(params, "raw");
    if (raw === undefined) throw new Error("raw required");
    const baseHash = text(params, "baseHash") ?? (await configStore.reload()).hash;
    const write = { raw, ...(baseHash === undefined ? {} : { baseHash }) };
    const snapshot = action === "config.apply" ? await configStore.apply(write) : await configStore.patch(write);
    const restart = await schedule(params, {
      kind: "config-apply",
      reason: action,
      delay: params.restartDelayMs,
      message: text(params, "note") ?? null,
      stats: { mode: action, root: snapshot.path },
    });
    return { ...shown(snapshot), restart };
  };

  return {
    name: "gateway",
    label: "Gateway",
    description:
      "Restart OpenClaw, or read and change its configuration. Change it only when the user asks for that; config.apply and config.patch restart afterwards, and the session is told.",
    parameters,
    async execute(params) {
      const action = actions.find((name) => name === params.action);
      switch (action) {
        case "restart": {
          if (configStore.snapshot().config.commands?.restart !== true) {
            throw new Error("Gateway restart is disabled. Set commands.restart=true to enable.");
          }
          const reason = text(params, "reason")?.slice(0, longestReason);
          const result = await schedule(params, {
            kind: "restart",
            reason: reason ?? "gateway.restart",
            delay: params.delayMs,
            message: text(params, "note") ?? reason ?? null,
            stats: { mode: "gateway.restart", ...(reason === undefined ? {} : { reason }) },
          });
          return jsonResult(result);
        }
        case "config.get":
          return jsonResult({ ok: true, result: shown(await configStore.reload()) });
        case "config.schema":
          return jsonResult({ ok: true, result: await configJsonSchema() });
        case "config.apply":
        case "config.patch":
          return jsonResult({ ok: true, result: await change(action, params) });
        case undefined:
          throw new Error(`Unknown action: ${String(params.action)}. Use one of: ${actions.join(", ")}.`);
        default: {
          const never: never = action;
          return never;
        }
      }
    },
  };
}

/** The configuration as a model may see it: secrets masked. */
function shown(snapshot: ConfigSnapshot): object {
  const { path, exists, valid, hash, issues } = snapshot;
  return { path, exists, valid, ...(hash === undefined ? {} : { hash }), issues, ...redactConfig(snapshot) };
}

function routeOf(entry: SessionEntry | undefined): {
  deliveryContext?: Omit<DeliveryContext, "threadId">;
  threadId?: string | number;
} {
  const context = entry === undefined ? undefined : deliveryContextOf(entry);
  if (context === undefined) return {};
  const { threadId, ...deliveryContext } = context;
  return { deliveryContext, ...(threadId === undefined ? {} : { threadId }) };
}

function text(params: Record<string, unknown>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" ? value.trim() || undefined : undefined;
}
