import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";

/** A web of one server on loopback: every public name leads to it. */
export interface TestWeb {
  url: string;
  /** What was asked for, as `host/path`, in order. */
  readonly asked: string[];
  readonly requests: (IncomingMessage & { body: string })[];
  guardedFetch: GuardedFetch;
  /** Sends requests to services on the internet to this server instead. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

export type TestPage = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

export async function openTestWeb(answer: TestPage): Promise<TestWeb> {
  const asked: string[] = [];
  const requests: TestWeb["requests"] = [];
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const whole = Object.assign(request, { body });
      asked.push(`${request.headers["x-test-host"] ?? request.headers.host}${request.url}`);
      requests.push(whole);
      answer(whole, response);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const { port } = address;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    asked,
    requests,
    guardedFetch: createGuardedFetch({
      lookup: async (name) => [name.startsWith("private.") ? "10.0.0.1" : "93.184.216.34"],
      connect: () => connect(port, "127.0.0.1"),
    }),
    fetch: (input, init) => {
      const target = new URL(String(input));
      const headers = new Headers(init?.headers);
      headers.set("x-test-host", target.host);
      return fetch(`${url}${target.pathname}${target.search}`, { ...init, headers });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendHtml(response: ServerResponse, html: string, status = 200): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(html);
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
