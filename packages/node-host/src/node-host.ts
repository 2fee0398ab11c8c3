import { spawn as spawnProgram } from "node:child_process";
import { openApprovalsStore } from "@openclaw/approvals";
import {
  type ConnectionState,
  createGatewayClient,
  type DeviceIdentity,
  type DeviceTokenStore,
  type GatewayCredentials,
  type GatewaySocketConstructor,
  type ReconnectDelays,
} from "@openclaw/client";
import type { Logger } from "@openclaw/log";
import type { PayloadOf } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import { doCommand, nodeCommands } from "./node-commands.ts";
import { NodeFailure } from "./node-failure.ts";
import type { Spawn } from "./run-process.ts";
import type { SystemRunOptions } from "./system-run.ts";

/** So many events wait for the next connection; older ones are dropped. */
const maxWaitingEvents = 200;

export interface NodeHostOptions {
  /** `ws://` or `wss://` address of the Gateway. */
  url: string;
  /** Folder of `exec-approvals.json`. */
  stateDir: string;
  /** What the node is called beside its device id, and for people. */
  nodeId: string;
  displayName: string;
  version: string;
  identity: DeviceIdentity;
  deviceTokens: DeviceTokenStore;
  /** Read before every connection. */
  credentials: () => GatewayCredentials;
  /** Environment of the commands. */
  env: NodeJS.ProcessEnv;
  /** `tools.exec.safeBins` of this machine. */
  safeBins?: () => readonly string[] | undefined;
  platform?: NodeJS.Platform;
  clock: Clock;
  log: Logger;
  spawn?: Spawn;
  /** Another WebSocket, for example one that accepts a single certificate. */
  WebSocket?: GatewaySocketConstructor;
  reconnect?: ReconnectDelays;
  onState?: (state: ConnectionState) => void;
}

/** A machine that runs commands for a Gateway. */
export interface NodeHost {
  /** Connects, and goes on trying. Resolves at the first connection; rejects when the Gateway refuses for good. */
  start(): Promise<void>;
  /** Hangs up and ends the commands that run. */
  stop(): Promise<void>;
}

type InvokeRequest = PayloadOf<"node.invoke.request">;

/** Creates a node host; it does nothing until `start()` is called. */
export function createNodeHost(options: NodeHostOptions): NodeHost {
  const { log, env, stateDir, clock } = options;
  const platform = options.platform ?? process.platform;
  const approvals = openApprovalsStore({ stateDir, clock, log });
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let waiting: { event: string; payload: Record<string, unknown> }[] = [];
  let skillBins: Promise<readonly string[]> | undefined;

  const client = createGatewayClient({
    url: options.url,
    client: {
      id: "node-host",
      mode: "node",
      version: options.version,
      platform: platform === "win32" ? "windows" : platform,
      displayName: options.displayName,
      instanceId: options.nodeId,
    },
    role: "node",
    scopes: [],
    caps: ["system"],
    commands: nodeCommands,
    pathEnv: env.PATH,
    identity: options.identity,
    deviceTokens: options.deviceTokens,
    credentials: options.credentials,
    reconnect: options.reconnect ?? { firstMs: 1000, factor: 2, maxMs: 30_000 },
    ...(options.WebSocket ? { WebSocket: options.WebSocket } : {}),
    onState(state) {
      describe(state);
      if (state.kind === "connected") {
        skillBins = undefined;
        flush();
      }
      options.onState?.(state);
    },
  });

  const describe = (state: ConnectionState) => {
    if (state.kind === "connected") return log.info(`connected to ${options.url}`);
    const error = state.kind === "waiting" || state.kind === "closed" ? state.error : undefined;
    if (error === undefined) return;
    const { requestId } = error.refusal?.details ?? {};
    const remedy =
      error.refusal?.code === "NOT_PAIRED" && typeof requestId === "string"
        ? `; approve this node with: openclaw nodes approve ${requestId}`
        : "";
    log.warn(`${options.url}: ${error.message}${remedy}`);
  };

  const send = ({ event, payload }: { event: string; payload: Record<string, unknown> }) =>
    client.request("node.event", { event, payloadJSON: JSON.stringify(payload) });
  /** What could not be told is told at the next connection: an outcome must not be lost with a socket. */
  const tell = (event: string, payload: Record<string, unknown>) => {
    const item = { event, payload };
    const keep = () => {
      if (!stopping.signal.aborted) waiting = [...waiting, item].slice(-maxWaitingEvents);
    };
    if (client.state.kind === "connected") send(item).catch(keep);
    else keep();
  };
  const flush = () => {
    for (const { event, payload } of waiting.splice(0)) tell(event, payload);
  };

  const commandOptions: SystemRunOptions = {
    approvals,
    safeBins: options.safeBins ?? (() => undefined),
    skillBins: () => {
      skillBins ??= client.request("skills.bins", {}).then(
        ({ bins }) => bins,
        (error: unknown) => {
          log.warn("the programs of skills are not known", { error: String(error) });
          return [];
        },
      );
      return skillBins;
    },
    env,
    platform,
    spawn: options.spawn ?? spawnProgram,
    log,
    tell,
    signal: stopping.signal,
  };

  const serve = async (request: InvokeRequest): Promise<void> => {
    const { id, nodeId, command } = request;
    const answer = async (result: Record<string, unknown>) => {
      await client.request("node.invoke.result", { id, nodeId, ok: result.ok === true, ...result });
    };
    const fail = (code: string, message: string) => answer({ ok: false, error: { code, message } });
    try {
      const payload = await doCommand(command, paramsOf(request), commandOptions);
      const payloadJSON = JSON.stringify(payload ?? null);
      const limit = client.state.kind === "connected" ? client.state.hello.policy.maxPayload : payloadJSON.length;
      // JSON within JSON: quotes and line ends are written with a backslash.
      if (Buffer.byteLength(JSON.stringify(payloadJSON)) + 1024 > limit) {
        return await fail("UNAVAILABLE", "UNAVAILABLE: the result is larger than the Gateway takes");
      }
      await answer({ ok: true, payloadJSON });
    } catch (error) {
      if (error instanceof NodeFailure) return fail(error.code, error.message);
      log.error(`${command} failed`, { error: String(error) });
      await fail("UNAVAILABLE", `UNAVAILABLE: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  client.on("node.invoke.request", (request) => {
    const work = serve(request).catch((error: unknown) => {
      log.warn(`the answer to ${request.command} did not reach the Gateway`, { error: String(error) });
    });
    running.add(work);
    void work.then(() => running.delete(work));
  });

  return {
    async start() {
      await client.connect();
    },
    async stop() {
      stopping.abort();
      client.close();
      await Promise.all(running);
    },
  };
}

/** Parameters that are no JSON are none. @throws NodeFailure */
function paramsOf({ paramsJSON }: InvokeRequest): unknown {
  if (paramsJSON == null) return undefined;
  try {
    return JSON.parse(paramsJSON);
  } catch {
    throw new NodeFailure("INVALID_REQUEST", "the parameters are no JSON");
  }
}
