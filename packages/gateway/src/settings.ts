import os from "node:os";
import type { ConfigSnapshot } from "@openclaw/config";
import { resolveBind } from "@openclaw/net";
import { normalizeBasePath } from "./http/control-ui.ts";
import { GatewayStartError } from "./start-error.ts";
import type { GatewayAuth } from "./ws/authenticate.ts";

export const defaultPort = 18789;

export type BindMode = "loopback" | "lan" | "tailnet" | "auto" | "custom";

/** What the command line says; it wins over configuration and environment. */
export interface GatewayFlags {
  port?: number | undefined;
  bind?: BindMode | undefined;
  auth?: "token" | "password" | undefined;
  token?: string | undefined;
  password?: string | undefined;
  tailscale?: "off" | "serve" | "funnel" | undefined;
  tailscaleResetOnExit?: boolean | undefined;
  allowUnconfigured?: boolean | undefined;
}

/** Everything about the listener, resolved once per start. */
export interface GatewaySettings {
  port: number;
  bindMode: BindMode;
  /** Addresses to listen on; the first one must work. */
  hosts: readonly string[];
  auth: GatewayAuth;
  /** Whether the user that Tailscale confirms needs no secret. */
  allowTailscale: boolean;
  tailscale: { mode: "off" | "serve" | "funnel"; resetOnExit: boolean };
  /** The listener speaks TLS; files without a path are those of the state directory. */
  tls:
    | {
        autoGenerate: boolean;
        certPath: string | undefined;
        keyPath: string | undefined;
        caPath: string | undefined;
      }
    | undefined;
  trustedProxies: readonly string[];
  controlUi: {
    enabled: boolean;
    basePath: string;
    root: string | undefined;
    allowedOrigins: readonly string[];
    allowInsecureAuth: boolean;
    disableDeviceAuth: boolean;
  };
}

/**
 * Decides whether and how the Gateway starts with this configuration.
 * @throws GatewayStartError in the order: invalid file, no file, mode, bind, bind without a secret, secret, Tailscale
 */
export function resolveSettings(
  snapshot: ConfigSnapshot,
  env: NodeJS.ProcessEnv,
  flags: GatewayFlags = {},
): GatewaySettings {
  if (!snapshot.valid) {
    throw new GatewayStartError(
      `Invalid config: ${snapshot.path}`,
      ...snapshot.issues.map((issue) => `- ${issue.path || "(root)"}: ${issue.message}`),
      "Run: openclaw doctor --fix",
    );
  }
  const gateway = snapshot.config.gateway ?? {};
  if (!flags.allowUnconfigured) {
    if (!snapshot.exists) {
      throw new GatewayStartError(
        "Missing config. Run `openclaw setup` or set gateway.mode=local (or pass --allow-unconfigured).",
      );
    }
    if (gateway.mode !== "local") {
      throw new GatewayStartError(
        `Gateway start blocked: set gateway.mode=local (current: ${gateway.mode ?? "unset"}) or pass --allow-unconfigured.`,
      );
    }
  }
  const port = flags.port ?? portFromEnvironment(env) ?? gateway.port ?? defaultPort;
  const bindMode: BindMode = flags.bind ?? gateway.bind ?? "loopback";
  const bind = resolveBind({ mode: bindMode, customHost: gateway.customBindHost, interfaces: os.networkInterfaces() });
  if (!bind.ok) throw new GatewayStartError(`Gateway failed to start: ${bind.message}`);

  const auth = resolveAuth(gateway.auth ?? {}, env, flags);
  const secret = auth.mode === "token" ? auth.token : auth.password;
  const tailscale = flags.tailscale ?? gateway.tailscale?.mode ?? "off";
  const allowTailscale = gateway.auth?.allowTailscale ?? (tailscale === "serve" && auth.mode !== "password");
  if (!secret && bind.exposed) {
    throw new GatewayStartError(
      `Refusing to bind gateway to ${bindMode} without auth.`,
      "Set gateway.auth.token/password (or OPENCLAW_GATEWAY_TOKEN/OPENCLAW_GATEWAY_PASSWORD) or pass --token/--password.",
    );
  }
  if (!secret && !allowTailscale) {
    throw new GatewayStartError(
      `Gateway auth is set to ${auth.mode}, but no ${auth.mode} is configured.`,
      auth.mode === "token"
        ? "Set gateway.auth.token (or OPENCLAW_GATEWAY_TOKEN), or pass --token."
        : "Set gateway.auth.password (or OPENCLAW_GATEWAY_PASSWORD), or pass --password.",
    );
  }

  if (tailscale === "funnel" && auth.mode !== "password") {
    throw new GatewayStartError(
      "tailscale funnel requires gateway auth mode=password (set gateway.auth.password or OPENCLAW_GATEWAY_PASSWORD)",
    );
  }
  if (tailscale !== "off" && bind.exposed) {
    throw new GatewayStartError("tailscale serve/funnel requires gateway bind=loopback (127.0.0.1)");
  }

  const ui = gateway.controlUi ?? {};
  const { tls } = gateway;
  return {
    port,
    bindMode,
    hosts: bind.addresses,
    auth,
    allowTailscale,
    tailscale: {
      mode: tailscale,
      resetOnExit: flags.tailscaleResetOnExit || (gateway.tailscale?.resetOnExit ?? false),
    },
    tls: tls?.enabled
      ? {
          autoGenerate: tls.autoGenerate ?? true,
          certPath: tls.certPath,
          keyPath: tls.keyPath,
          caPath: tls.caPath,
        }
      : undefined,
    trustedProxies: gateway.trustedProxies ?? [],
    controlUi: {
      enabled: ui.enabled ?? true,
      basePath: normalizeBasePath(ui.basePath),
      root: ui.root,
      allowedOrigins: ui.allowedOrigins ?? [],
      allowInsecureAuth: ui.allowInsecureAuth ?? false,
      disableDeviceAuth: ui.dangerouslyDisableDeviceAuth ?? false,
    },
  };
}

function portFromEnvironment(env: NodeJS.ProcessEnv): number | undefined {
  const text = (env.OPENCLAW_GATEWAY_PORT ?? env.CLAWDBOT_GATEWAY_PORT)?.trim();
  if (!text) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new GatewayStartError("Invalid port");
  return port;
}

function resolveAuth(
  configured: { mode?: "token" | "password" | undefined; token?: string | undefined; password?: string | undefined },
  env: NodeJS.ProcessEnv,
  flags: GatewayFlags,
): GatewayAuth {
  const fromEnv = (...names: string[]) => names.map((name) => env[name]?.trim()).find((value) => value);
  const token = flags.token || configured.token || fromEnv("OPENCLAW_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN");
  const password =
    flags.password || configured.password || fromEnv("OPENCLAW_GATEWAY_PASSWORD", "CLAWDBOT_GATEWAY_PASSWORD");
  const mode = flags.auth ?? configured.mode ?? (!token && password ? "password" : "token");
  return { mode, token, password };
}
