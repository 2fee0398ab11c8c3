import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";

// An import of `node:http` would read everything it exports, and with that load the library behind the global `fetch`
// (13 MB, and 15 ms of every command).
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
}

/** The beginning of an answer; its body is read while it arrives. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names; several values of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/**
 * Sends a request and resolves with the beginning of the answer, whatever its status. Fails as the global `fetch` does: with
 * the signal's reason, or with a TypeError that has the network failure as its cause.
 */
export type HttpExchange = (url: string | URL, request: HttpRequest) => Promise<HttpAnswer>;

/** Exchanges over connections that stay open. Redirects are left to the global `fetch`. */
export function createKeepAliveExchange(): HttpExchange {
  const agents = { "http:": new http.Agent({ keepAlive: true }), "https:": new https.Agent({ keepAlive: true }) };
  const throughFetch = exchangeOverFetch((input, init) => globalThis.fetch(input, init));

  return async (to, given) => {
    const url = to instanceof URL ? to : new URL(to);
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:") return throughFetch(url, given);
    const headers: OutgoingHttpHeaders = { ...given.headers };
    if (given.body !== undefined) headers["content-length"] = Buffer.byteLength(given.body);
    const open = protocol === "https:" ? https.request : http.request;
    return new Promise((resolve, reject) => {
      send(false);
      function send(again: boolean): void {
        const request = open(url, {
          method: given.method ?? "GET",
          headers,
          agent: agents[protocol as keyof typeof agents],
          ...(given.signal ? { signal: given.signal } : {}),
        });
        request.on("response", (response) => {
          const status = response.statusCode ?? 0;
          if (status >= 300 && status < 400 && response.headers.location !== undefined) {
            response.resume();
            resolve(throughFetch(url, given));
            return;
          }
          resolve({
            status,
            statusText: response.statusMessage ?? "",
            headers: joinedHeaders(response),
            body: response,
          });
        });
        request.on("error", (error) => {
          // The server closed an idle connection just as it was used again: nothing was received, so a fresh one is tried.
          const stale = request.reusedSocket && "code" in error && error.code === "ECONNRESET";
          if (stale && !again && !given.signal?.aborted) send(true);
          else reject(asFetchError(error, given.signal));
        });
        request.end(given.body);
      }
    });
  };
}

/** Exchanges through a `fetch` that somebody else provides. */
export function exchangeOverFetch(fetchNow: typeof fetch): HttpExchange {
  return async (url, { method, headers, body, signal }) => {
    const response = await fetchNow(url, {
      method: method ?? "GET",
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    return {
      status: response.status,
      statusText: response.statusText,
      headers: Object.fromEntries(response.headers),
      // The two declarations of ReadableStream, the platform's and Node's, describe the same class.
      body: response.body ? Readable.fromWeb(response.body as NodeReadableStream<Uint8Array>) : Readable.from([]),
    };
  };
}

/** Failures in the form the global `fetch` gives them: the signal's reason, or a TypeError with the cause. */
export function asFetchError(error: Error, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof TypeError ? error : new TypeError("fetch failed", { cause: error });
}

/** The whole body as text, read up to `maxBytes`; what lies beyond is not read. */
export async function readText(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
}

function joinedHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  return headers;
}
