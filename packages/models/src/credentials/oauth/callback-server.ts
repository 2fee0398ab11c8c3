import { createServer } from "node:http";

export interface CallbackOptions {
  port: number;
  /** Path of the redirect address. */
  path: string;
  /** The state the answer must carry. */
  state: string;
}

/** Waits for the browser to come back from an authorisation server. */
export interface CallbackListener {
  /** The code. Stays open when the server is closed before it came. */
  readonly code: Promise<string>;
  readonly port: number;
  close(): void;
}

/** Undefined when the port is taken. */
export type ListenForCallback = (options: CallbackOptions) => Promise<CallbackListener | undefined>;

/** Listens on this machine alone, for one answer. An answer with another state gets HTTP 400 and changes nothing. */
export const listenForCallback: ListenForCallback = async ({ port, path, state }) => {
  let onCode = (_code: string) => {};
  const code = new Promise<string>((resolve) => {
    onCode = resolve;
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = (status: number, text: string) => {
      response.writeHead(status, {
        "content-type": "text/plain; charset=utf-8",
        connection: "close",
        "cache-control": "no-store",
      });
      response.end(`${text}\n`);
    };
    if (request.method !== "GET" || url.pathname !== path) return answer(404, "Not found");
    if (url.searchParams.get("state") !== state) return answer(400, "State mismatch");
    const found = url.searchParams.get("code");
    if (!found) return answer(400, "Missing authorization code");
    answer(200, "You are signed in. This page can be closed.");
    onCode(found);
  });
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (!listening) return undefined;
  const address = server.address();
  return {
    code,
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
};
