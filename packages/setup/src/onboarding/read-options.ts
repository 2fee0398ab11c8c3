import { bindModes, type GatewaySettings, gatewayAuthModes, readPort, tailscaleModes } from "./gateway-settings.ts";
import type { OnboardOptions } from "./onboard-options.ts";
import { SetupError } from "./setup-error.ts";

const refuse = (text: string) => new SetupError(text, { code: "usage" });

function oneOf<T extends string>(text: string | undefined, all: readonly T[], refusal: string): T | undefined {
  if (text === undefined) return undefined;
  const found = all.find((each) => each === text);
  if (found === undefined) throw refuse(refusal);
  return found;
}

/** @throws SetupError */
export function readMode(text: string | undefined): "local" | "remote" | undefined {
  return oneOf(text, ["local", "remote"], `Invalid --mode "${text}" (use local|remote).`);
}

/** `manual` is another name of `advanced`. @throws SetupError */
export function readFlow(text: string | undefined): "quickstart" | "advanced" | undefined {
  const flow = oneOf(
    text,
    ["quickstart", "manual", "advanced"],
    "Invalid --flow (use quickstart, manual, or advanced).",
  );
  return flow === "manual" ? "advanced" : flow;
}

/** @throws SetupError */
export function readNodeManager(text: string | undefined): "npm" | "pnpm" | "bun" | undefined {
  return oneOf(text, ["npm", "pnpm", "bun"], "Invalid --node-manager (use npm, pnpm, or bun)");
}

/** @throws SetupError */
export function readDaemonRuntime(text: string | undefined): "node" | "bun" | undefined {
  return oneOf(text, ["node", "bun"], "Invalid --daemon-runtime (use node or bun)");
}

/** What the flags say of the Gateway; what they leave out is absent. @throws SetupError */
export function readGatewayFlags(options: OnboardOptions): Partial<GatewaySettings> {
  const port = options.gatewayPort === undefined ? undefined : readPort(options.gatewayPort);
  if (options.gatewayPort !== undefined && port === undefined) throw refuse("Invalid --gateway-port");
  const bind = oneOf(options.gatewayBind, bindModes, `Invalid --gateway-bind (use ${bindModes.join("|")}).`);
  const authMode = oneOf(options.gatewayAuth, gatewayAuthModes, "Invalid --gateway-auth (use token|password).");
  const tailscaleMode = oneOf(
    options.tailscale,
    tailscaleModes,
    `Invalid --tailscale (use ${tailscaleModes.join("|")}).`,
  );
  const token = options.gatewayToken?.trim();
  return {
    ...(port !== undefined && { port }),
    ...(bind && { bind }),
    ...(authMode && { authMode }),
    ...(tailscaleMode && { tailscaleMode }),
    ...(token && { token }),
    ...(options.gatewayPassword && { password: options.gatewayPassword }),
    ...(options.tailscaleResetOnExit && { resetOnExit: true }),
  };
}
