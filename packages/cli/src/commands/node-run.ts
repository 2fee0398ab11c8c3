import os from "node:os";
import type { OpenClawConfig } from "@openclaw/config";
import { readVariable } from "@openclaw/config/paths";
import { createLog } from "@openclaw/log";
import type { NodeHostState } from "@openclaw/node-host";
import { systemClock } from "@openclaw/storage";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { nodeRunFlags } from "../spec/node-commands.ts";

/** `node run`: lends this machine to a Gateway until a signal ends it. */
export async function run({ flags }: CommandInput<typeof nodeRunFlags>, context: CommandContext): Promise<number> {
  const { paths, env, version, stdout } = context;
  const [{ createNodeHost, readNodeState, writeNodeState }, { fileDeviceTokens, loadDeviceIdentity, pinnedWebSocket }] =
    await Promise.all([import("@openclaw/node-host"), import("@openclaw/client/node")]);
  const fingerprint = flags["tls-fingerprint"]?.trim() || undefined;
  const before = readNodeState(paths.stateDir);
  const state = await writeNodeState(
    paths.stateDir,
    {
      nodeId: flags["node-id"]?.trim() || undefined,
      displayName: flags["display-name"]?.trim() || undefined,
      gateway: {
        host: flags.host?.trim() || undefined,
        port: flags.port,
        tls: flags.tls || fingerprint !== undefined || undefined,
        tlsFingerprint: fingerprint,
      },
    },
    os.hostname(),
  );
  const identity = loadDeviceIdentity(paths.stateDir);
  const deviceTokens = fileDeviceTokens(paths.stateDir);
  // A token of one Gateway is not shown to another, and does not outlive the node it was given to.
  if (before && (flags["node-id"] !== undefined || placeOf(before) !== placeOf(state))) {
    await deviceTokens.delete(identity.deviceId, "node");
  }
  const { config } = await context.config();
  const log = createLog({ file: false, console: stdout, env });
  const pin = state.gateway.tlsFingerprint;
  const host = createNodeHost({
    url: urlOf(state),
    stateDir: paths.stateDir,
    nodeId: state.nodeId,
    displayName: state.displayName ?? os.hostname(),
    version,
    identity,
    deviceTokens,
    credentials: () => credentialsOf(config, env),
    env,
    safeBins: () => config.tools?.exec?.safeBins,
    clock: systemClock,
    log: log.child("node"),
    spawn: context.spawn,
    ...(pin === undefined ? {} : { WebSocket: await pinned(() => pinnedWebSocket(urlOf(state), pin)) }),
  });
  const stop = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  log.info(`node host ${state.displayName} (${identity.deviceId.slice(0, 12)}) for ${urlOf(state)}`);
  try {
    const outcome = await Promise.race([
      stop,
      host.start().then(
        () => stop,
        (error: unknown) => ({ refused: error }),
      ),
    ]);
    if (outcome === undefined) return 0;
    const { refused } = outcome;
    throw new CliError(`node host: ${refused instanceof Error ? refused.message : String(refused)}`, {
      cause: refused,
    });
  } finally {
    await host.stop();
    await log.close();
  }
}

function urlOf({ gateway: { host, port, tls } }: NodeHostState): string {
  return `${tls === true ? "wss" : "ws"}://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}

function placeOf({ gateway: { host, port } }: NodeHostState): string {
  return `${host}:${port}`;
}

/** The environment comes first; the configuration says what is for the Gateway this machine uses. */
function credentialsOf({ gateway }: OpenClawConfig, env: NodeJS.ProcessEnv) {
  const configured = gateway?.mode === "remote" ? gateway.remote : gateway?.auth;
  return {
    token: readVariable(env, "OPENCLAW_GATEWAY_TOKEN") ?? configured?.token,
    password: readVariable(env, "OPENCLAW_GATEWAY_PASSWORD") ?? configured?.password,
  };
}

/** What is wrong about the fingerprint is told without a stack. @throws CliError */
async function pinned<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
