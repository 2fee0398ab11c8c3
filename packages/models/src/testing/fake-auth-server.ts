import { createServer, type IncomingMessage } from "node:http";

/** A request as the server got it. */
export interface AuthRequest {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
}

export interface AuthAnswer {
  status?: number;
  body: unknown;
}

/** An authorisation server for tests: answers each path as the test says, and remembers what it was asked. */
export interface FakeAuthServer {
  readonly url: string;
  readonly requests: AuthRequest[];
  /** A `fetch` that asks this server whatever the host of an address is. */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

export async function startFakeAuthServer(
  answer: (request: AuthRequest, count: number) => AuthAnswer | Promise<AuthAnswer>,
): Promise<FakeAuthServer> {
  const requests: AuthRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const json = request.headers["content-type"]?.includes("json");
    const form = json ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
    const recorded: AuthRequest = { path: request.url ?? "", form, headers: request.headers };
    requests.push(recorded);
    const { status = 200, body } = await answer(recorded, requests.length);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    url,
    requests,
    fetch: (input, init) => {
      const wanted = new URL(input instanceof Request ? input.url : String(input));
      return fetch(`${url}${wanted.pathname}${wanted.search}`, init);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
