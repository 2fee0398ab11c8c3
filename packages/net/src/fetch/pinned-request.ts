import type { IncomingMessage } from "node:http";
import { isIP, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import type { FetchTarget } from "./fetch-target.ts";
import { FetchGuardError } from "./guard-error.ts";

// An import of `node:http` would read everything it exports, and with that load the library behind the global `fetch` (13 MB).
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** Opens the connection to a checked address. For https it must return a TLS connection. */
export type Connect = (target: FetchTarget & { port: number }) => Duplex;

/**
 * Sends a GET and resolves with the head of the answer. The connection goes to the target's addresses: the name is not
 * looked up again, so what was checked is what is used. No proxy and no kept connection comes in between.
 */
export function pinnedRequest(
  target: FetchTarget,
  options: { headers: Readonly<Record<string, string>>; signal: AbortSignal; connect: Connect | undefined },
): Promise<IncomingMessage> {
  const { url } = target;
  const { headers, signal, connect } = options;
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const agent = secure ? new https.Agent() : new http.Agent();
  if (connect !== undefined) agent.createConnection = () => connect({ ...target, port });
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: "GET",
      headers: { ...headers, "accept-encoding": "gzip, deflate, br" },
      agent,
      lookup: pinnedLookup(target.addresses),
      signal,
    });
    request.on("response", resolve);
    request.on("error", (error) => {
      reject(signal.aborted ? signal.reason : connectionError(url, error));
    });
    request.end();
  });
}

export function connectionError(url: URL, error: Error): FetchGuardError {
  const reason = "code" in error && typeof error.code === "string" ? error.code : error.message;
  return new FetchGuardError("connection", `The connection to ${url.host} failed: ${reason}`, { cause: error });
}

/** Answers every look-up with the addresses that were checked. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const wanted = typeof options.family === "number" ? options.family : 0;
    const usable = wanted === 0 ? all : all.filter(({ family }) => family === wanted);
    const first = usable[0];
    if (first === undefined) callback(new Error(`no address of family ${wanted} was checked`), "", 0);
    else if (options.all === true) callback(null, usable);
    else callback(null, first.address, first.family);
  };
}
