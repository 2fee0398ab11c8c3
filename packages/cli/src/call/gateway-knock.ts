import type { GatewaySocket } from "@openclaw/client";
import type { CommandContext } from "../run/command-context.ts";
import { GatewayCallError, pinnedSocket } from "./gateway-call.ts";
import { type GatewayTarget, resolveTarget } from "./gateway-target.ts";

/**
 * Whether a Gateway answers where the configuration says: it is the one who speaks first. Nothing is sent to it and
 * nothing is written, so that one may knock before anything was agreed to.
 */
export async function knockAtGateway(
  context: Pick<CommandContext, "config" | "env" | "paths">,
  timeoutMs: number,
): Promise<boolean> {
  const { config, path } = await context.config();
  const target = resolveTarget({ config, configPath: path, env: context.env, flags: {} });
  const socket = await openSocket(target, context.paths.stateDir);
  if (socket === undefined) return false;
  const silence = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => silence.resolve(false), timeoutMs);
  socket.addEventListener("message", () => silence.resolve(true));
  socket.addEventListener("error", () => silence.resolve(false));
  socket.addEventListener("close", () => silence.resolve(false));
  try {
    return await silence.promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

async function openSocket(target: GatewayTarget, stateDir: string): Promise<GatewaySocket | undefined> {
  try {
    const { WebSocket: Pinned = WebSocket } = await pinnedSocket(target, stateDir, []);
    return new Pinned(target.url);
  } catch (error) {
    if (error instanceof GatewayCallError) return undefined; // it cannot be reached, or is another one
    throw error;
  }
}
