import { isLoopbackHost, isTailnetName, parseHostHeader } from "./host-header.ts";
import type { BindMode } from "./resolve-bind.ts";

export interface HostCheckInput {
  /** The `Host` header. */
  host: string | undefined;
  bind: BindMode;
  /** Further names the Gateway is reached by, e.g. those of `gateway.controlUi.allowedOrigins`; a port is ignored. */
  allowedHosts?: readonly string[] | undefined;
  /** The machine's own names (`os.hostname()`); they count when the Gateway listens beyond loopback. */
  machineNames?: readonly string[] | undefined;
  /** The peer is one of `gateway.trustedProxies`: a browser cannot be tricked into being one, any name passes. */
  trustedProxy?: boolean | undefined;
}

export type HostCheck =
  | { ok: true }
  | { ok: false; reason: "missing-host" | "invalid-host" | "foreign-host"; message: string };

/**
 * Defence against DNS rebinding, for HTTP requests and WebSocket upgrades: a web page can make its own name point to
 * this machine, and then it is "same origin" with the Gateway, but it cannot make the browser send another `Host`.
 * IP addresses, loopback names and `.ts.net` names pass in every mode; they are nobody's to point somewhere.
 */
export function checkHost(input: HostCheckInput): HostCheck {
  if (input.host === undefined || input.host.trim() === "") return refuse("missing-host", "the request names no Host");
  const parsed = parseHostHeader(input.host);
  if (!parsed) return refuse("invalid-host", "the Host header is not a host name");
  const { host, literal } = parsed;
  if (literal || input.trustedProxy === true || isLoopbackHost(host) || isTailnetName(host)) return { ok: true };
  if (input.allowedHosts?.some((allowed) => parseHostHeader(allowed)?.host === host)) return { ok: true };
  if (listensBeyondLoopback(input.bind) && input.machineNames?.some((name) => isMachineName(host, name)))
    return { ok: true };
  return refuse(
    "foreign-host",
    `this Gateway does not answer to the host name "${host}"; use localhost or an IP address, ` +
      "or add the page's origin to gateway.controlUi.allowedOrigins",
  );
}

function listensBeyondLoopback(bind: BindMode): boolean {
  return bind === "lan" || bind === "tailnet" || bind === "custom";
}

/** The machine's name as it stands, its first label, and that with `.local`, which multicast DNS answers. */
function isMachineName(host: string, machineName: string): boolean {
  const name = machineName.toLowerCase().replace(/\.$/, "");
  const short = name.split(".")[0] ?? name;
  return name !== "" && (host === name || host === short || host === `${short}.local`);
}

function refuse(reason: "missing-host" | "invalid-host" | "foreign-host", message: string): HostCheck {
  return { ok: false, reason, message };
}
