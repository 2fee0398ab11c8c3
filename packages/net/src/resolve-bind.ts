import ipaddr from "ipaddr.js";
import { isLoopbackAddress, isTailnetAddress, normalizeAddress } from "./ip-address.ts";

/** `gateway.bind` */
export type BindMode = "auto" | "lan" | "loopback" | "custom" | "tailnet";

/** What `os.networkInterfaces()` returns; only addresses are looked at. */
export type NetworkInterfaces = Readonly<Record<string, readonly { address: string }[] | undefined>>;

export interface BindInput {
  mode: BindMode;
  /** `gateway.customBindHost`, an IPv4 address. */
  customHost?: string | undefined;
  interfaces: NetworkInterfaces;
}

export type BindResolution =
  | {
      ok: true;
      /** Addresses to listen on, all of them; the first is the one to show. */
      addresses: string[];
      /** At least one is reachable from other machines: a shared secret is required. */
      exposed: boolean;
    }
  | {
      ok: false;
      code:
        | "bind-no-loopback"
        | "bind-no-tailnet"
        | "bind-custom-missing"
        | "bind-custom-invalid"
        | "bind-custom-absent";
      message: string;
    };

const everyAddress = "0.0.0.0";

/**
 * The addresses `gateway.bind` stands for on this machine. An address that does not exist is an error; nothing is ever
 * widened or replaced by another address. `auto` is loopback.
 */
export function resolveBind({ mode, customHost, interfaces }: BindInput): BindResolution {
  const present = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => normalizeAddress(address))
    .filter((address) => address !== undefined);
  switch (mode) {
    case "auto":
    case "loopback":
      // Without IPv6 on the machine, listening on ::1 would fail.
      return { ok: true, addresses: present.includes("::1") ? ["127.0.0.1", "::1"] : ["127.0.0.1"], exposed: false };
    case "lan":
      return { ok: true, addresses: [everyAddress], exposed: true };
    case "tailnet":
      return bindTailnet(present);
    case "custom":
      return bindCustom(customHost, present);
  }
}

function bindTailnet(present: readonly string[]): BindResolution {
  const address = present.find(isTailnetAddress);
  if (address !== undefined) return { ok: true, addresses: [address], exposed: true };
  return {
    ok: false,
    code: "bind-no-tailnet",
    message:
      "gateway.bind is tailnet, but no interface has a tailnet address (100.64.0.0/10). " +
      "Start Tailscale and log in, or set gateway.bind to loopback.",
  };
}

function bindCustom(customHost: string | undefined, present: readonly string[]): BindResolution {
  const host = customHost?.trim() ?? "";
  if (host === "") {
    return {
      ok: false,
      code: "bind-custom-missing",
      message:
        "gateway.bind is custom, but gateway.customBindHost is not set. Set it to an IPv4 address of this machine.",
    };
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return {
      ok: false,
      code: "bind-custom-invalid",
      message: `gateway.customBindHost: "${host}" is not an IPv4 address such as 192.168.1.20.`,
    };
  }
  if (isLoopbackAddress(host)) return { ok: true, addresses: [host], exposed: false };
  if (host === everyAddress || present.includes(host)) return { ok: true, addresses: [host], exposed: true };
  return {
    ok: false,
    code: "bind-custom-absent",
    message: `gateway.customBindHost: no interface of this machine has the address ${host} (found: ${present.join(", ") || "none"}).`,
  };
}
