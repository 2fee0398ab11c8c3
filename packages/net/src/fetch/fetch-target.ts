import { isIP } from "node:net";
import { FetchGuardError } from "./guard-error.ts";
import { isMetadataAddress, isPublicAddress } from "./public-address.ts";

/** Finds the addresses of a name; rejects when there are none. */
export type LookupAddresses = (hostname: string) => Promise<readonly string[]>;

/** Where a request may connect to. */
export interface FetchTarget {
  url: URL;
  /** The checked addresses; the connection goes to one of these and nowhere else. */
  addresses: readonly string[];
}

export interface TargetRules {
  lookup: LookupAddresses;
  /** Lower-case names and addresses that may be private. Never opens metadata services. */
  allowedHosts: ReadonlySet<string>;
  signal: AbortSignal;
}

const metadataNames = new Set(["metadata.google.internal", "metadata.goog", "metadata"]);
const localSuffixes = [".localhost", ".local", ".internal"];

/** Reads an address of the web. Credentials and fragment are left out: neither is sent to the server. */
export function parseFetchUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new FetchGuardError("invalid-url", "Invalid URL: must be http or https");
  }
  url.username = "";
  url.password = "";
  return url;
}

/**
 * Decides whether a URL may be fetched, and from which addresses. A name is looked up once, and every answer must be
 * public.
 *
 * @throws {FetchGuardError} when it may not.
 */
export async function checkFetchTarget(url: URL, rules: TargetRules): Promise<FetchTarget> {
  // The URL parser has already turned decimal, octal, hexadecimal and full-width spellings into the plain one.
  const hostname = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  const name = hostname.replace(/\.+$/, "");
  const allowed = rules.allowedHosts.has(name);
  const passes = (address: string) => isPublicAddress(address) || (allowed && !isMetadataAddress(address));

  if (isIP(hostname) !== 0) {
    if (passes(hostname)) return { url, addresses: [hostname] };
    throw new FetchGuardError("blocked-address", "Blocked: private/internal IP address");
  }
  const local = name === "" || name === "localhost" || localSuffixes.some((suffix) => name.endsWith(suffix));
  if (metadataNames.has(name) || (local && !allowed)) {
    throw new FetchGuardError("blocked-hostname", `Blocked hostname: ${hostname}`);
  }
  const addresses = await lookUp(name, rules);
  if (!addresses.every(passes)) {
    throw new FetchGuardError("blocked-resolution", "Blocked: resolves to private/internal IP address");
  }
  return { url, addresses };
}

/** A look-up cannot be cancelled, but nobody has to wait for it. */
async function lookUp(name: string, { lookup, signal }: TargetRules): Promise<readonly string[]> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    const addresses = await Promise.race([lookup(name), aborted]);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    signal.throwIfAborted();
    throw new FetchGuardError("unresolvable", `Unable to resolve hostname: ${name}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  throw new FetchGuardError("unresolvable", `Unable to resolve hostname: ${name}`);
}
