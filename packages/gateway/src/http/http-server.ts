import type http from "node:http";
import type { Duplex } from "node:stream";

// An import of `node:http` would read everything it exports, and with that load the library behind the global `fetch` (13 MB).
const { createServer } = process.getBuiltinModule("node:http");

/** Serves one request; returns false when it is not its own. */
export type HttpHandler = (request: http.IncomingMessage, response: http.ServerResponse) => boolean | Promise<boolean>;

export interface HttpServerOptions {
  /** Makes a server that speaks TLS; plain HTTP when absent. */
  secure?: (options: http.ServerOptions) => http.Server;
  /** Tried before the check of the Host header: paths whose requests are signed, and come under any name. */
  signed: HttpHandler;
  /** Tried in order; the first that takes a request ends the chain. */
  handlers: readonly HttpHandler[];
  /**
   * Whether a request's Host header may reach this Gateway at all (defence against DNS rebinding): asked for every HTTP
   * request, and for WebSocket upgrades that carry an Origin.
   */
  hostAllowed(host: string | undefined): boolean;
  onUpgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
  onError(error: unknown, request: http.IncomingMessage): void;
}

/** An HTTP server for one address of the Gateway; all addresses share handlers and sockets. */
export function createHttpServer(options: HttpServerOptions): http.Server {
  const create = options.secure ?? createServer;
  const server = create({ headersTimeout: 60_000, requestTimeout: 0, keepAliveTimeout: 5_000 });
  server.on("request", (request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      if (!isHangUp(error)) options.onError(error, request);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "Internal Server Error");
    });
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    // Programs may reach the Gateway by any name; a browser, which always sends an Origin, only by one of its own.
    if (request.headers.origin !== undefined && !options.hostAllowed(request.headers.host)) {
      socket.end("HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    options.onUpgrade(request, socket, head);
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  return server;
}

/** A client may leave before it has everything, as a player does that has heard enough. */
function isHangUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

async function serve(
  options: HttpServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  if (await options.signed(request, response)) return;
  if (!options.hostAllowed(request.headers.host)) return sendText(response, 421, "Misdirected Request");
  for (const handler of options.handlers) if (await handler(request, response)) return;
  sendText(response, 404, "Not Found");
}

/** Answers with a short plain text. */
export function sendText(
  response: http.ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(text);
}
