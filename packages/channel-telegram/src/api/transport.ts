import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import type { ConnectionAgent } from "./network.ts";

/** What the library gives to a `fetch`. */
export interface TransportRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | NodeJS.ReadableStream;
  signal?: {
    aborted: boolean;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
  };
}

/** What it takes from the answer. */
export interface TransportAnswer {
  json(): Promise<unknown>;
}

/**
 * Requests of the library over Node's own client: the one it brings does not know how a connection chooses between IPv4 and
 * IPv6, and puts the token into its errors.
 */
export function createTransport(agent: ConnectionAgent) {
  return async (address: string | URL, request: TransportRequest = {}): Promise<TransportAnswer> => {
    const url = new URL(address);
    const { method = "GET", headers = {}, body, signal } = request;
    const asked = (url.protocol === "https:" ? https : http).request(url, { method, headers, agent });
    const abort = () => asked.destroy(new DOMException("the request was broken off", "AbortError"));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    try {
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        asked.once("response", resolve);
        asked.once("error", reject);
      });
      if (body === undefined || typeof body === "string") asked.end(body);
      // A body that cannot be read ends the request with its error; an answer may come before all of it was written.
      else pipeline(body, asked).catch(() => {});
      const response = await answered;
      const text = await readText(response);
      return { json: async () => parse(text, response.statusCode ?? 0) };
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(Buffer.isBuffer(part) ? part : Buffer.from(String(part)));
  return Buffer.concat(parts).toString("utf8");
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A proxy or a gateway in between, which says in a page that the service is unavailable.
    throw new Error(`the answer (${status}) is not from the Bot API; the service is unavailable`, { cause: error });
  }
}
