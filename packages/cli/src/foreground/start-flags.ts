import type { GatewayFlags } from "@openclaw/gateway";
import { invalidWsLogStyle, parseWsLogStyle, type WsLogStyle } from "@openclaw/log";
import { CliError } from "../run/cli-error.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { foregroundFlags } from "../spec/gateway-commands.ts";

export type StartInput = CommandInput<typeof foregroundFlags>["flags"];

/** The flags of a foreground start, understood. */
export interface StartFlags {
  gateway: GatewayFlags;
  wsLog: WsLogStyle;
  /** `--bind` names no bind mode; told after the checks that come before it. */
  badBind: boolean;
}

const tailscaleModes = ["off", "serve", "funnel"] as const;
const bindModes = ["loopback", "lan", "tailnet", "auto", "custom"] as const;

/**
 * Reads the flags in the order their errors are told.
 * @throws CliError
 */
export function readStartFlags(flags: StartInput, hasDevProfile: boolean): StartFlags {
  if (flags.reset && !flags.dev && !hasDevProfile) throw new CliError("Use --reset with --dev.");
  const wsLog = flags.compact ? "compact" : parseWsLogStyle(flags["ws-log"]);
  if (!wsLog) throw new CliError(invalidWsLogStyle);
  const port = flags.port === undefined ? undefined : readPort(flags.port);
  const { auth, tailscale } = flags;
  if (auth !== undefined && auth !== "token" && auth !== "password") {
    throw new CliError('Invalid --auth (use "token" or "password")');
  }
  const exposure = tailscaleModes.find((mode) => mode === tailscale);
  if (tailscale !== undefined && exposure === undefined) {
    throw new CliError('Invalid --tailscale (use "off", "serve", or "funnel")');
  }
  if (flags["claude-cli-logs"]) {
    throw new CliError([
      "--claude-cli-logs is not available in this build: no model runs through the Claude CLI.",
      "Use --verbose to see what the Gateway does.",
    ]);
  }
  const bind = bindModes.find((mode) => mode === flags.bind);
  return {
    gateway: {
      port,
      bind,
      auth,
      token: flags.token,
      password: flags.password,
      tailscale: exposure,
      tailscaleResetOnExit: flags["tailscale-reset-on-exit"],
      allowUnconfigured: flags["allow-unconfigured"],
    },
    wsLog,
    badBind: flags.bind !== undefined && bind === undefined,
  };
}

export const invalidBind = 'Invalid --bind (use "loopback", "lan", "tailnet", "auto", or "custom")';

function readPort(text: string): number {
  const port = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new CliError("Invalid port");
}
