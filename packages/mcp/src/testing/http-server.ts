import http from "node:http";
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
