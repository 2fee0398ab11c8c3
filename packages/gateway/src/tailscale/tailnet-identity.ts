import type { IncomingMessage } from "node:http";
import { isLoopbackAddress, normalizeAddress } from "@openclaw/net";
import type { Tailscale } from "./tailscale.ts";

/**
 * The user that Tailscale Serve names for a request, when Tailscale itself confirms it. The headers alone prove nothing:
 * every program on this machine can send them.
 */
export async function tailnetIdentity(
  { headers, socket }: Pick<IncomingMessage, "headers" | "socket">,
  tailscale: () => Promise<Tailscale>,
): Promise<string | undefined> {
  const claimed = single(headers["tailscale-user-login"]);
  if (!claimed || !isLoopbackAddress(normalizeAddress(socket.remoteAddress))) return undefined;
  const forwarded = single(headers["x-forwarded-for"])?.split(",", 1)[0];
  if (!headers["x-forwarded-proto"] || !headers["x-forwarded-host"]) return undefined;
  const address = normalizeAddress(forwarded?.trim());
  if (address === undefined) return undefined;
  const login = await (await tailscale()).whois(address);
  return login !== undefined && same(login, claimed) ? login : undefined;
}

function same(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value.trim() : value?.[0]?.trim();
}
