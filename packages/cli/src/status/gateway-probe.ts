import { GatewayCallError, withGateway } from "../call/gateway-call.ts";
import { type GatewayTarget, resolveTarget, type TargetFlags } from "../call/gateway-target.ts";
import { isRecord, listOf, recordOf, textOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** What a Gateway says of itself. */
export interface GatewaySelf {
  host: string | null;
  ip: string | null;
  version: string | null;
  platform: string | null;
}

/** The outcome of asking a Gateway; failing to reach one is an outcome too. */
export interface GatewayProbe {
  /** Undefined when the configuration names no Gateway. */
  target: GatewayTarget | undefined;
  misconfigured: boolean;
  reachable: boolean;
  connectLatencyMs: number | null;
  self: GatewaySelf | null;
  error: string | null;
  /** Answers of the methods that were asked; a method that failed is absent. */
  answers: Readonly<Record<string, unknown>>;
}

/** Connects, asks some methods, and tells how it went. Never throws for a Gateway that is not there. */
export async function probeGateway(
  context: CommandContext,
  options: TargetFlags & { timeoutMs: number; methods: readonly (readonly [method: string, params: object])[] },
): Promise<GatewayProbe> {
  const { config, path } = await context.config();
  const nothing = { reachable: false, connectLatencyMs: null, self: null, answers: {} };
  let target: GatewayTarget;
  try {
    target = resolveTarget({ config, configPath: path, env: context.env, flags: options });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (options.url) throw error;
    return { ...nothing, target: undefined, misconfigured: true, error: error.lines[0] ?? error.message };
  }
  const startedAt = performance.now();
  try {
    return await withGateway({ context, ...options, mode: "probe" }, async (connection) => {
      const connectLatencyMs = Math.round(performance.now() - startedAt);
      const answers: Record<string, unknown> = {};
      await Promise.all(
        options.methods.map(async ([method, params]) => {
          try {
            answers[method] = await connection.call(method, params);
          } catch (error) {
            // A Gateway of another release may not know a method; the report does without it.
            if (!(error instanceof GatewayCallError)) throw error;
          }
        }),
      );
      const { state } = connection.client;
      const self = selfOf(state.kind === "connected" ? state.hello : undefined);
      return { target, misconfigured: false, reachable: true, connectLatencyMs, self, error: null, answers };
    });
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    return { ...nothing, target, misconfigured: false, error: error.reason };
  }
}

export function selfOf(hello: unknown): GatewaySelf | null {
  const root = recordOf(hello);
  const server = recordOf(root.server);
  const entries = listOf(recordOf(root.snapshot).presence).filter(isRecord);
  const own = entries.find((entry) => entry.mode === "gateway") ?? {};
  return {
    host: textOf(own.host) ?? textOf(server.host) ?? null,
    ip: textOf(own.ip) ?? null,
    version: textOf(server.version) ?? null,
    platform: textOf(own.platform) ?? null,
  };
}
