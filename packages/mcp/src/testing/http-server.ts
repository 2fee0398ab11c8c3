import http from "node:http";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createTestServer } from "./test-server.ts";

/** The test server behind HTTP on a free port of this machine. */
export async function startHttpServer(): Promise<{
  url: string;
  /** Headers of the requests so far. */
  headers: http.IncomingHttpHeaders[];
  close(): Promise<void>;
}> {
  const headers: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    headers.push(request.headers);
    const serve = async () => {
      // Without sessions each request has a transport of its own.
      const transport = new StreamableHTTPServerTransport({});
      const mcp = createTestServer();
      response.once("close", () => void mcp.close());
      await mcp.connect(transport);
      await transport.handleRequest(request, response);
    };
    if (request.headers.authorization !== "Bearer http-secret-0123") response.writeHead(401).end("no");
    else serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The test server behind the protocol's first HTTP transport: an event stream, and an address for messages. */
export async function startOldServer(): Promise<{ url: string; close(): Promise<void> }> {
  const transports = new Map<string, SSEServerTransport>();
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const serve = async () => {
      if (request.headers.authorization !== "Bearer http-secret-0123") return void response.writeHead(401).end("no");
      if (url.pathname === "/sse" && request.method !== "GET") return void response.writeHead(405).end();
      if (url.pathname === "/sse") {
        const transport = new SSEServerTransport("/messages", response);
        transports.set(transport.sessionId, transport);
        await createTestServer().connect(transport);
        return;
      }
      const transport = transports.get(url.searchParams.get("sessionId") ?? "");
      if (transport === undefined) response.writeHead(404).end();
      else await transport.handlePostMessage(request, response);
    };
    serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/sse`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
