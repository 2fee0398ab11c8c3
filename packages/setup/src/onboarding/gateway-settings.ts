import { readVariable } from "@openclaw/config";
import { z } from "zod";
import type { SetupDraft } from "./setup-draft.ts";

export const bindModes = ["loopback", "lan", "tailnet", "auto", "custom"] as const;
export const gatewayAuthModes = ["token", "password"] as const;
export const tailscaleModes = ["off", "serve", "funnel"] as const;
export type BindMode = (typeof bindModes)[number];
export type GatewayAuthMode = (typeof gatewayAuthModes)[number];
export type TailscaleMode = (typeof tailscaleModes)[number];

/** How the local Gateway is to be reached, and by whom. */
export interface GatewaySettings {
  port: number;
  bind: BindMode;
  /** Only with `bind: "custom"`. */
  customBindHost: string | undefined;
  authMode: GatewayAuthMode;
  token: string | undefined;
  password: string | undefined;
  tailscaleMode: TailscaleMode;
  resetOnExit: boolean;
}

/** The port where nothing says otherwise. */
export const defaultPort = 18789;

/** What nodes may not be asked for until their user has thought about it. */
const deniedNodeCommands = [
  "camera.snap",
  "camera.clip",
  "screen.record",
  "calendar.add",
  "contacts.add",
  "reminders.add",
];

/** The settings there are, and the usual ones where there are none; the port then is the one of the environment. */
export function currentGateway(draft: SetupDraft, env: NodeJS.ProcessEnv): GatewaySettings {
  const { port, bind, customBindHost, auth, tailscale } = draft.config().gateway ?? {};
  return {
    port: port ?? portOf(env) ?? defaultPort,
    bind: bind ?? "loopback",
    customBindHost,
    authMode: auth?.mode ?? "token",
    token: auth?.token,
    password: auth?.password,
    tailscaleMode: tailscale?.mode ?? "off",
    resetOnExit: tailscale?.resetOnExit ?? false,
  };
}

/** Where a Gateway started in this environment listens. */
function portOf(env: NodeJS.ProcessEnv): number | undefined {
  const port = Number(readVariable(env, "OPENCLAW_GATEWAY_PORT"));
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : undefined;
}

/** What Tailscale needs of the others: only loopback is exposed, and to everybody only behind a password. */
export function constrainGateway(settings: GatewaySettings): { settings: GatewaySettings; notes: string[] } {
  const notes: string[] = [];
  let { bind, authMode } = settings;
  if (settings.tailscaleMode !== "off" && bind !== "loopback") {
    notes.push("Tailscale requires bind=loopback. Adjusting bind to loopback.");
    bind = "loopback";
  }
  if (settings.tailscaleMode === "funnel" && authMode !== "password") {
    notes.push("Tailscale funnel requires password auth.");
    authMode = "password";
  }
  return { settings: { ...settings, bind, authMode }, notes };
}

/** Stages the settings. A secret of the mode that is not used stays where it is. */
export function stageGateway(draft: SetupDraft, settings: GatewaySettings): void {
  const { port, bind, customBindHost, authMode, token, password, tailscaleMode, resetOnExit } = settings;
  draft.merge({
    gateway: {
      mode: "local",
      port,
      bind,
      ...(bind === "custom" && { customBindHost }),
      auth: { mode: authMode, ...(authMode === "token" ? { token } : { password }) },
      tailscale: { mode: tailscaleMode, resetOnExit },
      ...(draft.isFresh() && { nodes: { denyCommands: deniedNodeCommands } }),
    },
  });
}

/** What is wrong with a port; undefined when nothing is. */
export function portProblem(text: string): string | undefined {
  return readPort(text) === undefined ? "Invalid port" : undefined;
}

export function readPort(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text.trim()) && port > 0 && port <= 65_535 ? port : undefined;
}

/** What is wrong with an address to bind to; undefined when nothing is. */
export function bindHostProblem(text: string): string | undefined {
  return z.ipv4().safeParse(text.trim()).success ? undefined : "Invalid IPv4 address (e.g., 192.168.1.100)";
}
