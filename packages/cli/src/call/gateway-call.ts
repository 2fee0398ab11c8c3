import nodePath from "node:path";
import {
  type ClientDescription,
  createGatewayClient,
  type DeviceIdentity,
  type GatewayClient,
  GatewayClientError,
  type GatewayClientOptions,
  type GatewaySocketConstructor,
  type RequestOptions,
} from "@openclaw/client";
import type { SshTunnel } from "../discovery/ssh-tunnel.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { type GatewayTarget, resolveTarget, type TargetFlags, targetLines } from "./gateway-target.ts";

/** At which point a call failed. Only `connect` means that the Gateway cannot have acted on it. */
export type CallStage = "connect" | "request";

/** A Gateway that could not be reached, refused the connection, or refused the request. */
export class GatewayCallError extends CliError {
  readonly stage: CallStage;
  /** The reason alone, without the lines about the target. */
  readonly reason: string;
  /** Which Gateway was tried. */
  readonly details: readonly string[];
  /** What stood beside the error of a refused request. */
  readonly payload: unknown;

  constructor(
    reason: string,
    options: { stage: CallStage; details: readonly string[]; payload?: unknown; cause?: unknown },
  ) {
    super([reason, ...options.details], { code: "gateway-call", cause: options.cause });
    this.name = "GatewayCallError";
    this.stage = options.stage;
    this.reason = reason;
    this.details = options.details;
    this.payload = options.payload;
  }
}

/** Options of everything that talks to a Gateway. */
export interface CallOptions extends TargetFlags {
  context: Pick<CommandContext, "config" | "env" | "paths" | "version">;
  /** Limit of the connection and of each request, ms. */
  timeoutMs?: number | undefined;
  /** Comes back by itself when the connection ends; the first attempt must succeed. */
  reconnect?: boolean;
  onState?: GatewayClientOptions["onState"];
  onGap?: GatewayClientOptions["onGap"];
  /** Versions of the protocol to offer; all that are known when absent. */
  protocol?: GatewayClientOptions["protocol"];
  /** What the Gateway may send beyond what every client gets. */
  caps?: readonly string[];
  /** `probe` leaves no trace in the Gateway's list of clients. */
  mode?: "cli" | "probe";
  /** Who is connecting, where it is not the command line itself. */
  client?: Pick<ClientDescription, "id" | "displayName" | "mode">;
}

/** An open connection to a Gateway. */
export interface GatewayConnection {
  readonly target: GatewayTarget;
  readonly client: GatewayClient;
  /** @throws GatewayCallError */
  call(method: string, params?: unknown, options?: RequestOptions): Promise<unknown>;
  close(): void;
}

const defaultTimeoutMs = 10_000;
/** How the reason of a failed tunnel begins. */
export const tunnelFailure = "SSH tunnel failed: ";

/**
 * Connects to the Gateway the flags, the environment and the configuration name.
 * @throws CliError when they name none, GatewayCallError when it cannot be reached or refuses
 */
export async function connectGateway(options: CallOptions): Promise<GatewayConnection> {
  const { context } = options;
  const { config, path } = await context.config();
  const wanted = resolveTarget({ config, configPath: path, env: context.env, flags: options });
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const details = targetLines(wanted, path);
  const { target, tunnel } = await throughTunnel(wanted, { timeoutMs, env: context.env, details });
  const closeTunnel = () => void tunnel?.[Symbol.asyncDispose]();
  let connected = false;
  let refuse = (_error: unknown) => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  refused.catch(() => {}); // it is raced below, if it comes in time
  const { fileDeviceTokens, loadDeviceIdentity } = await import("@openclaw/client/node");
  const socket = await pinnedSocket(target, context.paths.stateDir, details).catch((error: unknown) => {
    closeTunnel();
    throw error;
  });
  const client = createGatewayClient({
    url: target.url,
    client: {
      id: "cli",
      mode: options.mode ?? "cli",
      ...options.client,
      version: context.version,
      platform: process.platform,
    },
    credentials: () => ({ token: target.token, password: target.password }),
    scopes: ["operator.admin", "operator.approvals", "operator.pairing"],
    identity: lazyIdentity(() => loadDeviceIdentity(context.paths.stateDir)),
    // Device tokens were given by the local Gateway and must not reach another one.
    deviceTokens: target.kind === "local" ? fileDeviceTokens(context.paths.stateDir) : undefined,
    caps: options.caps,
    ...(options.reconnect === true ? {} : { reconnect: false }),
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
    onState(state) {
      if (state.kind === "waiting" && !connected) refuse(state.error);
      if (state.kind === "connected") connected = true;
      if (state.kind === "waiting") tunnel?.restore();
      options.onState?.(state);
    },
    ...(options.onGap === undefined ? {} : { onGap: options.onGap }),
    requestTimeoutMs: timeoutMs,
    ...socket,
  });
  try {
    await withTimeout(Promise.race([client.connect(), refused]), timeoutMs);
  } catch (error) {
    client.close();
    closeTunnel();
    throw new GatewayCallError(connectReason(error), {
      stage: "connect",
      details: [...details, ...otherRelease(error)],
      cause: error,
    });
  }
  return {
    target,
    client,
    async call(method, params, requestOptions) {
      try {
        return await client.call(method, params, requestOptions);
      } catch (error) {
        throw requestError(error, details, requestOptions?.timeoutMs ?? timeoutMs);
      }
    },
    close() {
      client.close();
      closeTunnel();
    },
  };
}

/** Opens the forward to a Gateway that is reached over SSH. @throws CliError, GatewayCallError */
async function throughTunnel(
  target: GatewayTarget,
  options: { timeoutMs: number; env: NodeJS.ProcessEnv; details: readonly string[] },
): Promise<{ target: GatewayTarget; tunnel?: SshTunnel }> {
  if (target.tunnel === undefined) return { target };
  const { openSshTunnel, parseSshTarget } = await import("../discovery/ssh-tunnel.ts");
  const login = parseSshTarget(target.tunnel.target, "gateway.remote.sshTarget");
  const { identity, remotePort } = target.tunnel;
  try {
    const tunnel = await openSshTunnel({ target: login, remotePort, identity, ...options });
    const url = new URL(target.url);
    url.port = String(tunnel.localPort);
    return { target: { ...target, url: url.href.replace(/\/$/, "") }, tunnel };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GatewayCallError(`${tunnelFailure}${reason}`, {
      stage: "connect",
      details: options.details,
      cause: error,
    });
  }
}

/** The socket for a Gateway whose certificate is known: the pin that was given, or the certificate of this machine's own. */
export async function pinnedSocket(
  { url, tlsFingerprint, ownCertificate }: GatewayTarget,
  stateDir: string,
  details: readonly string[],
): Promise<{ WebSocket?: GatewaySocketConstructor }> {
  if (tlsFingerprint === undefined && ownCertificate === undefined) return {};
  const [{ pinnedWebSocket }, { readCertificateFingerprint }] = await Promise.all([
    import("@openclaw/client/node"),
    import("./own-certificate.ts"),
  ]);
  const pin = tlsFingerprint ?? readCertificateFingerprint(nodePath.resolve(stateDir, ownCertificate ?? ""));
  if (pin === undefined) return {};
  try {
    return { WebSocket: await pinnedWebSocket(url, pin) };
  } catch (error) {
    throw new GatewayCallError(connectReason(error), { stage: "connect", details, cause: error });
  }
}

/** Does something with a connection and closes it. @throws CliError, GatewayCallError, and what the work throws */
export async function withGateway<T>(
  options: CallOptions,
  work: (connection: GatewayConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectGateway(options);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** One request on a connection of its own. @throws CliError, GatewayCallError */
export async function gatewayCall(
  options: CallOptions & { method: string; params?: unknown; expectFinal?: boolean | undefined },
): Promise<unknown> {
  const { method, params = {}, expectFinal = false } = options;
  return withGateway(options, (connection) => connection.call(method, params, { expectFinal }));
}

/** The identity is created when a Gateway asks for it: looking whether there is one writes nothing. */
function lazyIdentity(load: () => DeviceIdentity): DeviceIdentity {
  let loaded: DeviceIdentity | undefined;
  const identity = () => (loaded ??= load());
  return {
    get deviceId() {
      return identity().deviceId;
    },
    get publicKey() {
      return identity().publicKey;
    },
    sign: (text) => identity().sign(text),
  };
}

class ConnectTimeout extends Error {}

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectTimeout(`gateway timeout after ${ms}ms`)), ms);
  });
  // What loses the race must not surface as an unhandled rejection.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function connectReason(error: unknown): string {
  if (!(error instanceof GatewayClientError)) return error instanceof Error ? error.message : String(error);
  if (error.refusal) return `gateway connect failed: ${error.refusal.message}`;
  if (error.closeCode !== undefined) return closedReason(error.closeCode, error.message);
  return `gateway connect failed: ${error.message}`;
}

/** What to do about a Gateway that speaks none of this program's protocols. */
function otherRelease(error: unknown): string[] {
  if (!(error instanceof GatewayClientError)) return [];
  const { refusal, closeCode } = error;
  const mismatch = refusal === undefined ? closeCode === 1002 : /^protocol mismatch/i.test(refusal.message);
  if (!mismatch) return [];
  const { expectedProtocol, clientMaxProtocol } = refusal?.details ?? {};
  const spoken = typeof expectedProtocol === "number" ? ` (it speaks protocol ${expectedProtocol})` : "";
  const newer =
    typeof expectedProtocol === "number" &&
    typeof clientMaxProtocol === "number" &&
    expectedProtocol > clientMaxProtocol;
  const remedy = newer
    ? "Update OpenClaw on this machine."
    : "Restart it with this release (openclaw gateway restart), or update OpenClaw where it runs.";
  return [`The Gateway is of another release${spoken}. ${remedy}`];
}

function requestError(error: unknown, details: readonly string[], timeoutMs: number): unknown {
  if (!(error instanceof GatewayClientError)) return error;
  switch (error.code) {
    case "refused":
      return new GatewayCallError(error.message, {
        stage: "request",
        details: [],
        payload: error.payload,
        cause: error,
      });
    case "timeout":
      return new GatewayCallError(`gateway timeout after ${timeoutMs}ms`, { stage: "request", details, cause: error });
    case "disconnected":
    case "connect-failed":
    case "closed":
      return new GatewayCallError(closedReason(error.closeCode ?? 1006, error.message), {
        stage: "request",
        details,
        cause: error,
      });
  }
}

const closeTexts: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1006: "abnormal closure (no close frame)",
  1008: "policy violation",
  1012: "service restart",
};

function closedReason(code: number, message: string): string {
  const text = closeTexts[code];
  const reason = message.replace(/^disconnected \(\d+\): /, "");
  return `gateway closed (${code}${text ? ` ${text}` : ""}): ${reason}`;
}
