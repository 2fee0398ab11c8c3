import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Script } from "./script.ts";
import { scriptFor } from "./script.ts";
import { scriptedApi } from "./scripted-api.ts";

export type { Script } from "./script.ts";

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
  /** The client's port: equal ports mean one kept-alive connection. */
  readonly clientPort: number;
  /** Resolves when the client closed the connection before the answer was complete. */
  readonly aborted: Promise<void>;
}

/** A model server for tests that does what the last user message (or the test) tells it. */
export interface ScriptedModelServer {
  /** `http://127.0.0.1:<port>`: the base URL for every API but chat completions. */
  readonly url: string;
  /** `http://127.0.0.1:<port>/v1`: the base URL for `openai-completions`. */
  readonly openaiUrl: string;
  readonly requests: readonly RecordedRequest[];
  /** The newest request. Throws when there was none. */
  lastRequest(): RecordedRequest;
  /** Decides the next answers, one each, before any steering words count. */
  enqueue(...scripts: Script[]): void;
  /** Lets every answer end that has been asked for until now and is to be held open. */
  release(): void;
  /** Resolves with request number `count` (1 = first) as soon as it has arrived. */
  request(count: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

export interface ScriptedModelServerOptions {
  /** A free one when absent. */
  port?: number;
  /** Answers a request before its steering words are looked at; undefined leaves it to them. */
  decide?(body: Record<string, unknown>): Script | undefined;
}

/** Starts a server on a free port of 127.0.0.1 that speaks all APIs. The steering words are in `script.ts`. */
export async function startScriptedModelServer(options: ScriptedModelServerOptions = {}): Promise<ScriptedModelServer> {
  const requests: RecordedRequest[] = [];
  const queue: Script[] = [];
  const held = new Set<() => void>();
  const waiting: { count: number; resolve: (request: RecordedRequest) => void }[] = [];

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const reply = createReply(response, requests.length + 1, held);
    if (path.endsWith("/models") && request.method === "GET") {
      return reply.json(200, { object: "list", data: [{ id: "fake-1", object: "model" }] });
    }
    let raw = "";
    for await (const chunk of request) raw += chunk;
    const api = scriptedApi(path);
    const body = parseBody(raw);
    if (!body) return reply.json(400, api.error(400, "invalid JSON"));
    reply.bodyLength = raw.length;

    const recorded: RecordedRequest = {
      method: request.method ?? "",
      path,
      headers: request.headers,
      body,
      clientPort: request.socket.remotePort ?? 0,
      aborted: new Promise((resolve) => response.once("close", () => !response.writableFinished && resolve())),
    };
    requests.push(recorded);
    for (const waiter of waiting.splice(0)) {
      if (waiter.count <= requests.length) waiter.resolve(requests[waiter.count - 1] ?? recorded);
      else waiting.push(waiter);
    }

    const script = queue.shift() ?? options.decide?.(body) ?? scriptFor(api.readInput(body));
    if (script.hang) return;
    await reply.pause(script.delayMs);
    if (script.html) return reply.page();
    if (script.status) {
      const message = script.message ?? `forced status ${script.status}`;
      return reply.json(script.status, api.error(script.status, message), script.headers);
    }
    await api.answer(reply, script, body, path);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const url = `http://127.0.0.1:${address.port}`;

  return {
    url,
    openaiUrl: `${url}/v1`,
    requests,
    lastRequest() {
      const last = requests.at(-1);
      if (!last) throw new Error("no request has arrived yet");
      return last;
    },
    enqueue: (...scripts) => void queue.push(...scripts),
    release() {
      for (const letGo of held) letGo();
    },
    request(count) {
      const known = requests[count - 1];
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Writes one answer. Nothing is written once the client has gone. */
export interface Reply {
  /** Which request this answers, from 1. */
  readonly number: number;
  bodyLength: number;
  json(status: number, body: object, headers?: Readonly<Record<string, string>>): void;
  page(): void;
  /** Begins a stream of server-sent events, unless it is of another type. */
  startStream(contentType?: string): void;
  /** Writes a piece of a stream that is not of server-sent events. */
  bytes(piece: Uint8Array): void;
  event(data: object, name?: string): void;
  endStream(last?: string): void;
  breakOff(how: NonNullable<Script["ending"]>, error: object, errorEvent?: string): void;
  /** Waits, at most until the client has gone. Returns at once for 0 or nothing. */
  pause(ms: number | undefined): Promise<void>;
  /** Waits until the test releases the answer or the client has gone. */
  released(): Promise<void>;
}

function createReply(response: ServerResponse, number: number, held: Set<() => void>): Reply {
  const released = new Promise<void>((resolve) => {
    held.add(resolve);
    response.once("close", () => {
      held.delete(resolve);
      resolve();
    });
  });
  const write = (text: string) => {
    if (!response.destroyed && !response.writableEnded) response.write(text);
  };
  const event: Reply["event"] = (data, name) =>
    write(`${name ? `event: ${name}\n` : ""}data: ${JSON.stringify(data)}\n\n`);
  return {
    number,
    bodyLength: 0,
    json(status, body, headers) {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    },
    page() {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><html><body>Please log in.</body></html>");
    },
    startStream(contentType = "text/event-stream") {
      response.writeHead(200, { "content-type": contentType, "cache-control": "no-cache" });
    },
    bytes(piece) {
      if (!response.destroyed && !response.writableEnded) response.write(piece);
    },
    event,
    endStream: (last = "") => void response.end(last),
    breakOff(how, error, errorEvent) {
      switch (how) {
        case "cut":
          // What was written so far goes out first, so that the client has begun to read the answer.
          response.write("", () => response.destroy());
          return;
        case "end":
          response.end();
          return;
        case "half":
          response.end('data: {"id":"half","choices":[{"del\n\n');
          return;
        case "error":
          event(error, errorEvent);
          response.end();
          return;
      }
    },
    released: () => released,
    pause(ms) {
      if (!ms) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        response.once("close", done);
        function done() {
          clearTimeout(timer);
          response.off("close", done);
          resolve();
        }
      });
    },
  };
}

function parseBody(raw: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(raw);
    return typeof parsed === "object" && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : undefined;
  } catch {
    // The caller answers 400, as the real servers do.
    return undefined;
  }
}
