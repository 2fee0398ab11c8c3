import { lookup as dnsLookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { checkFetchTarget, type FetchTarget, type LookupAddresses, parseFetchUrl } from "./fetch-target.ts";
import { FetchGuardError } from "./guard-error.ts";
import { type Connect, pinnedRequest } from "./pinned-request.ts";
import { type ReadBody, readBody } from "./response-body.ts";

export interface GuardedFetchOptions {
  /** Default: the system's resolver. */
  lookup?: LookupAddresses;
  /** Default: a plain or TLS connection to one of the checked addresses. */
  connect?: Connect;
}

export interface GuardedRequest {
  /** `authorization` and everything else but `accept`, `accept-language` and `user-agent` stays with the first origin. */
  headers?: Readonly<Record<string, string>>;
  /** For everything from the look-up to the last byte, in milliseconds; default 30,000. */
  timeoutMs?: number;
  /** Default 3. */
  maxRedirects?: number;
  /** Names and addresses that may be private because the owner of the Gateway said so. */
  allowedHosts?: readonly string[];
  signal?: AbortSignal;
}

export interface GuardedResponse {
  /** Where the answer came from, after redirects, without credentials. */
  url: string;
  status: number;
  statusText: string;
  /** Names in lower case; of repeated headers the joined value. */
  headers: Readonly<Record<string, string>>;
  /** Reads the body, once. Throws {@link FetchGuardError} for a declared length above the limit. */
  read(maxBytes: number): Promise<ReadBody>;
  /** Drops an answer that is not going to be read. */
  close(): void;
}

/**
 * Fetches a URL that somebody else chose. Every status is a response; whoever calls must `read` or `close` it.
 *
 * @throws {FetchGuardError} when the URL or a redirect leads to an address that is not public, and when the server
 * cannot be reached in time; the signal's reason when that aborts.
 */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<GuardedResponse>;

const defaultTimeoutMs = 30_000;
const defaultMaxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);
const harmlessHeaders = new Set(["accept", "accept-language", "user-agent"]);

/** Makes a fetch for URLs that come from models, chats and pages. */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const lookup = options.lookup ?? systemLookup;

  return async (text, request = {}) => {
    const first = parseFetchUrl(text);
    const limit = timeLimit(request.timeoutMs ?? defaultTimeoutMs, first, request.signal);
    const { signal } = limit;
    const rules = { lookup, signal, allowedHosts: new Set(request.allowedHosts?.map((host) => host.toLowerCase())) };
    const maxRedirects = request.maxRedirects ?? defaultMaxRedirects;
    const seen = new Set<string>();
    let url = first;
    let headers = lowerCaseNames(request.headers ?? {});
    try {
      for (;;) {
        seen.add(withoutFragment(url));
        const target: FetchTarget = await checkFetchTarget(url, rules);
        const message = await pinnedRequest(target, { headers, signal, connect: options.connect });
        const status = message.statusCode ?? 0;
        if (!redirects.has(status)) return response(message, url, limit);
        // The next hop has a connection of its own; what this one still sends is of no use.
        message.destroy();
        const next = redirectTarget(message, url, status);
        if (seen.has(withoutFragment(next))) throw new FetchGuardError("redirect-loop", "Redirect loop detected");
        if (seen.size > maxRedirects) {
          throw new FetchGuardError("too-many-redirects", `Too many redirects (limit: ${maxRedirects})`);
        }
        if (next.origin !== url.origin) headers = onlyHarmless(headers);
        url = next;
      }
    } catch (error) {
      limit.end();
      throw error;
    }
  };
}

async function systemLookup(hostname: string): Promise<string[]> {
  const found = await dnsLookup(hostname, { all: true });
  return found.map(({ address }) => address);
}

function redirectTarget(message: IncomingMessage, url: URL, status: number): URL {
  const { location } = message.headers;
  if (location === undefined) {
    throw new FetchGuardError("redirect-without-location", `Redirect without a Location header (${status})`);
  }
  return parseFetchUrl(location, url);
}

function response(message: IncomingMessage, url: URL, limit: TimeLimit): GuardedResponse {
  message.once("close", limit.end);
  // A connection that breaks before anybody reads is reported to the reader.
  message.on("error", () => {});
  const entries = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return {
    url: url.href,
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? "",
    headers: Object.fromEntries(entries),
    read: (maxBytes) => readBody(message, url, { maxBytes, signal: limit.signal }),
    close: () => void message.destroy(),
  };
}

interface TimeLimit {
  signal: AbortSignal;
  end: () => void;
}

/** A signal that aborts with the caller's, or after the time with an error that says so. */
function timeLimit(ms: number, url: URL, outer: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const text = `The request to ${url.host} took longer than ${ms / 1000} seconds`;
    controller.abort(new FetchGuardError("timeout", text));
  }, ms);
  const onAbort = () => controller.abort(outer?.reason);
  if (outer?.aborted) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

function withoutFragment(url: URL): string {
  return url.href.split("#", 1)[0] ?? url.href;
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function onlyHarmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name)));
}
