import os from "node:os";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { readVariable } from "@openclaw/config/paths";
import {
  isLoopbackHost,
  isPublicAddress,
  isTailnetAddress,
  isTailnetName,
  type NetworkInterfaces,
  normalizeAddress,
  resolveBind,
} from "@openclaw/net";
import { CliError } from "../run/cli-error.ts";

/** The port where nothing says otherwise. */
const defaultPort = 18789;

/** `--url`, `--token`, `--password` of a command. */
export interface TargetFlags {
  url?: string | undefined;
  token?: string | undefined;
  password?: string | undefined;
  /** `--tls-fingerprint`: the certificate that is expected. */
  "tls-fingerprint"?: string | undefined;
}

/** Which Gateway a command talks to, and what it shows there. */
export interface GatewayTarget {
  kind: "override" | "remote" | "local";
  url: string;
  /** Where the address came from, for people. */
  source: string;
  /** `gateway.bind` of a local target. */
  bind: string | undefined;
  token: string | undefined;
  password: string | undefined;
  /** The certificate that is expected, by its SHA-256. */
  tlsFingerprint: string | undefined;
  /** Where the certificate of the Gateway on this machine is: it is expected when no fingerprint is given. */
  ownCertificate: string | undefined;
  /** The login over which the Gateway is reached; `url` is then an address on that machine. */
  tunnel?: TargetTunnel | undefined;
}

/** A port of the machine behind an SSH login. */
export interface TargetTunnel {
  /** As it stands in the configuration. */
  target: string;
  identity: string | undefined;
  remotePort: number;
}

export interface TargetInput {
  config: OpenClawConfig;
  configPath: string;
  env: NodeJS.ProcessEnv;
  flags?: TargetFlags;
  interfaces?: NetworkInterfaces;
}

/** The port of the local Gateway. The environment wins over the configuration. */
export function gatewayPort(config: OpenClawConfig, env: NodeJS.ProcessEnv): number {
  const text = readVariable(env, "OPENCLAW_GATEWAY_PORT");
  const port = text === undefined ? Number.NaN : Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  return config.gateway?.port ?? defaultPort;
}

/** The address of this machine at which the local Gateway listens. */
export function localHost(config: OpenClawConfig, interfaces: NetworkInterfaces = os.networkInterfaces()): string {
  const { bind = "loopback", customBindHost } = config.gateway ?? {};
  if (bind !== "tailnet" && bind !== "custom") return "127.0.0.1";
  const resolved = resolveBind({ mode: bind, customHost: customBindHost, interfaces });
  const [address = "127.0.0.1"] = resolved.ok ? resolved.addresses : [];
  return address === "0.0.0.0" ? "127.0.0.1" : address;
}

/**
 * Finds the Gateway to talk to: an explicit address, the remote one of the configuration, the local one. What goes to
 * an address that was given by hand, or to another machine, is only what was meant for it.
 * @throws CliError
 */
export function resolveTarget(input: TargetInput): GatewayTarget {
  const { config, env, configPath } = input;
  const url = input.flags?.url?.trim();
  const token = input.flags?.token?.trim() || undefined;
  const password = input.flags?.password?.trim() || undefined;
  const explicit = token !== undefined || password !== undefined;
  const pin = input.flags?.["tls-fingerprint"]?.trim() || undefined;
  if (url) {
    if (!explicit) {
      throw new CliError(
        [
          "gateway url override requires explicit credentials",
          "Fix: pass --token or --password (or gatewayToken in tools).",
          `Config: ${configPath}`,
        ],
        { code: "url-needs-credentials" },
      );
    }
    return {
      kind: "override",
      url: checkedUrl(url, "--url"),
      source: "cli --url",
      bind: undefined,
      token,
      password,
      tlsFingerprint: pin,
      ownCertificate: undefined,
    };
  }
  const { gateway = {} } = config;
  if (gateway.mode === "remote") {
    const tunnel = remoteTunnel(config, configPath);
    const remote = gateway.remote?.url?.trim() || tunnel?.url;
    if (!remote) {
      throw new CliError(
        [
          "gateway remote mode misconfigured: gateway.remote.url missing",
          `Config: ${configPath}`,
          "Fix: set gateway.remote.url, or set gateway.mode=local.",
        ],
        { code: "remote-url-missing" },
      );
    }
    return {
      kind: "remote",
      url: tunnel?.url ?? checkedUrl(remote, "gateway.remote.url"),
      source: tunnel ? `config gateway.remote, over ssh ${tunnel.target}` : "config gateway.remote.url",
      bind: undefined,
      token: explicit ? token : gateway.remote?.token,
      password: explicit ? password : gateway.remote?.password,
      tlsFingerprint: pin ?? gateway.remote?.tlsFingerprint,
      ownCertificate: undefined,
      ...(tunnel === undefined ? {} : { tunnel }),
    };
  }
  const bind = gateway.bind ?? "loopback";
  const host = localHost(config, input.interfaces);
  const scheme = gateway.tls?.enabled ? "wss" : "ws";
  return {
    kind: "local",
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${gatewayPort(config, env)}`,
    source: host === "127.0.0.1" ? "local loopback" : `local ${bind} ${host}`,
    bind,
    token: explicit ? token : (readVariable(env, "OPENCLAW_GATEWAY_TOKEN") ?? gateway.auth?.token),
    password: explicit ? password : (readVariable(env, "OPENCLAW_GATEWAY_PASSWORD") ?? gateway.auth?.password),
    tlsFingerprint: pin,
    ownCertificate: gateway.tls?.enabled ? (gateway.tls.certPath ?? ownCertificatePath) : undefined,
  };
}

/**
 * The login the configuration wants the remote Gateway to be reached over. An address of this machine without
 * `sshTarget` is the end of a forward that somebody else holds, such as the companion app.
 * @throws CliError
 */
function remoteTunnel(config: OpenClawConfig, configPath: string): (TargetTunnel & { url: string }) | undefined {
  const { transport, url: text, sshTarget, sshIdentity } = config.gateway?.remote ?? {};
  if (transport !== "ssh") return undefined;
  const asked = text?.trim().replace(/^http/i, "ws") ?? "";
  const url = URL.canParse(asked) ? new URL(asked) : undefined;
  const target = sshTarget?.trim();
  if (!target) {
    if (url !== undefined && isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ""))) return undefined;
    throw new CliError(
      [
        'gateway.remote.transport is "ssh", but gateway.remote.sshTarget is missing',
        `Config: ${configPath}`,
        'Fix: set gateway.remote.sshTarget to user@host or user@host:port, or set gateway.remote.transport to "direct".',
      ],
      { code: "ssh-target-missing" },
    );
  }
  if (asked !== "" && (url === undefined || !/^wss?:$/.test(url.protocol))) checkedUrl(asked, "gateway.remote.url");
  const secure = url?.protocol === "wss:";
  const [, named] = /^wss?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(asked) ?? [];
  const remotePort = Number(named) || (secure ? 443 : (config.gateway?.port ?? defaultPort));
  return {
    target,
    identity: sshIdentity?.trim() || undefined,
    remotePort,
    url: `${secure ? "wss" : "ws"}://127.0.0.1:${remotePort}`,
  };
}

/** Where a Gateway keeps the certificate it made for itself, below the state directory. */
const ownCertificatePath = path.join("gateway", "tls", "gateway-cert.pem");

function checkedUrl(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text.replace(/^http/i, "ws")) : undefined;
  if (url && /^wss?:$/.test(url.protocol)) {
    if (url.protocol === "ws:" && !isPrivateHost(url.hostname)) {
      throw new CliError(
        [
          `${where}: ${text} is a public address, and ws:// would send credentials and messages in the clear.`,
          "Fix: use wss:// (gateway.tls), an SSH tunnel, or Tailscale.",
        ],
        { code: "insecure-url" },
      );
    }
    // The port of http:// in an address that says ws:// is never meant; one that is spelled out, `:80`, is.
    if (url.protocol !== "ws:" || url.port !== "" || /:\d+(?:[/?#]|$)/.test(text)) return text.replace(/^http/i, "ws");
    url.port = String(defaultPort);
    return url.href.replace(/\/$/, "");
  }
  throw new CliError(`${where}: "${text}" is not a WebSocket address such as ws://127.0.0.1:18789.`, {
    code: "bad-url",
  });
}

/** This machine, its own network, or its tailnet; a name without a dot is one of the own network. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const address = normalizeAddress(host);
  if (address !== undefined) return isTailnetAddress(address) || !isPublicAddress(address);
  return (
    !host.includes(".") ||
    isLoopbackHost(host) ||
    isTailnetName(host) ||
    /\.(?:local|internal|lan|home\.arpa)$/.test(host)
  );
}

/** The lines that tell which Gateway was tried. */
export function targetLines(target: GatewayTarget, configPath: string): string[] {
  return [
    `Gateway target: ${target.url}`,
    `Source: ${target.source}`,
    `Config: ${configPath}`,
    ...(target.bind === undefined ? [] : [`Bind: ${target.bind}`]),
  ];
}

/** Secrets that differ between environment and configuration; the Gateway takes the latter, the command line the former. */
export function secretConflicts(config: OpenClawConfig, env: NodeJS.ProcessEnv): string[] {
  const pairs = [
    ["OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", config.gateway?.auth?.token],
    ["OPENCLAW_GATEWAY_PASSWORD", "gateway.auth.password", config.gateway?.auth?.password],
  ] as const;
  return pairs.flatMap(([name, path, configured]) => {
    const set = readVariable(env, name);
    return set !== undefined && configured !== undefined && set !== configured
      ? [`${name} and ${path} differ: the Gateway uses the config, this command line the environment`]
      : [];
  });
}
