import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export interface ServiceRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ServiceAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
  /** Never answers. */
  hang?: true;
}

/** A service on a free port of this machine that answers what a test says. */
export interface FakeService extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly requests: readonly ServiceRequest[];
}

export async function startFakeService(
  answer: (request: ServiceRequest) => ServiceAnswer = () => ({}),
): Promise<FakeService> {
  const requests: ServiceRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const request: ServiceRequest = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    requests.push(request);
    const { status = 200, headers = {}, body = "", hang } = answer(request);
    if (hang) return;
    const json = typeof body === "object" && !Buffer.isBuffer(body);
    response.writeHead(status, { ...(json ? { "content-type": "application/json" } : {}), ...headers });
    response.end(json ? JSON.stringify(body) : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
