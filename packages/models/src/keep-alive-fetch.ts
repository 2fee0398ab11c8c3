import http from "node:http";
import https from "node:https";

/** So many chunks may wait for their reader before the connection is told to pause. */
const maxWaitingChunks = 64;

/**
 * A `fetch` for the one thing models need: send a text, read a stream, over connections that stay open. Per turn it costs
 * about a third less than the global one, which it also keeps from being loaded (15 MB). What it does not do itself (other
 * bodies, redirects) it leaves to the global one.
 */
export function createKeepAliveFetch(): typeof fetch {
  const agents = { "http:": new http.Agent({ keepAlive: true }), "https:": new https.Agent({ keepAlive: true }) };

  return (input, init) => {
    const url = typeof input === "string" || input instanceof URL ? new URL(input) : undefined;
    const body = init?.body ?? undefined;
    if (
      !url ||
      (url.protocol !== "http:" && url.protocol !== "https:") ||
      (body !== undefined && typeof body !== "string")
    ) {
      return globalThis.fetch(input, init);
    }
    const headers: http.OutgoingHttpHeaders = Object.fromEntries(new Headers(init?.headers));
    if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
    const target = url;
    const { request: open } = target.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      send(false);
      function send(again: boolean): void {
        const request = open(target, {
          method: init?.method ?? "GET",
          headers,
          agent: agents[target.protocol as keyof typeof agents],
          ...(init?.signal ? { signal: init.signal } : {}),
        });
        request.on("response", (response) => {
          const status = response.statusCode ?? 0;
          if (status >= 300 && status < 400 && response.headers.location !== undefined) {
            response.resume();
            resolve(globalThis.fetch(input, init));
            return;
          }
          resolve(toResponse(response));
        });
        request.on("error", (error) => {
          // The server closed an idle connection just as it was used again: nothing was received, so a fresh one is tried.
          const stale = request.reusedSocket && "code" in error && error.code === "ECONNRESET";
          if (stale && !again && !init?.signal?.aborted) send(true);
          else reject(asFetchError(error, init?.signal));
        });
        request.end(body);
      }
    });

    function toResponse(message: http.IncomingMessage): Response {
      const answerHeaders = new Headers();
      for (const [name, value] of Object.entries(message.headersDistinct)) {
        for (const item of value ?? []) answerHeaders.append(name, item);
      }
      const status = message.statusCode ?? 500;
      const hasBody = status !== 204 && status !== 304 && init?.method !== "HEAD";
      if (!hasBody) message.resume();
      return new Response(hasBody ? readable(message) : null, {
        status,
        statusText: message.statusMessage ?? "",
        headers: answerHeaders,
      });
    }

    function readable(message: http.IncomingMessage): ReadableStream<Uint8Array> {
      // What came in one read of the socket goes on as one chunk: each costs a walk through the streams behind this one.
      const pass = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        if ((controller.desiredSize ?? 0) < -maxWaitingChunks) return;
        const chunk: Buffer | null = message.read();
        if (chunk) controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      };
      return new ReadableStream({
        start(controller) {
          let ended = false;
          message.on("readable", () => pass(controller));
          message.on("end", () => {
            ended = true;
            controller.close();
          });
          message.on("close", () => {
            // A connection that was cut in the middle ends without an `end`.
            if (!ended) controller.error(asFetchError(message.errored ?? new Error("other side closed"), init?.signal));
          });
          message.on("error", () => {
            // `close` follows and tells the reader.
          });
        },
        pull: pass,
        cancel: () => void message.destroy(),
      });
    }
  };
}

/** Failures in the form the global `fetch` gives them: the signal's reason, or a TypeError with the cause. */
function asFetchError(error: Error, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return new TypeError("fetch failed", { cause: error });
}
