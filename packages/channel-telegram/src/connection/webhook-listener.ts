import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ChannelError } from "@openclaw/plugin-sdk";

/** Where the service delivers updates to. A listener per address, shared by the accounts of a program. */
export interface WebhookListener {
  /**
   * Takes what is posted to a path; the first caller opens the port. Returns how to stop; the last one closes the port.
   * @throws ChannelError `not_configured` for a path that is taken, `unavailable` for a port that cannot be opened
   */
  serve(
    path: string,
    handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ): Promise<() => Promise<void>>;
}

export function createWebhookListener(address: { host: string; port: number }): WebhookListener {
  const routes = new Map<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>>();
  let server: Server | undefined;
  let opening: Promise<void> | undefined;

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    if (request.method === "GET" && path === "/healthz") return end(response, 200, "ok");
    const handle = request.method === "POST" ? routes.get(path) : undefined;
    if (handle === undefined) return end(response, 404, "not found");
    handle(request, response).catch(() => end(response, 500, "failed"));
  };

  const open = async () => {
    const created = createServer(answer);
    server = created;
    await new Promise<void>((resolve, reject) => {
      created.once("error", reject);
      created.listen(address.port, address.host, resolve);
    }).catch((error: unknown) => {
      server = undefined;
      opening = undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw new ChannelError("unavailable", `the webhook port ${address.port} cannot be opened: ${why}`);
    });
  };

  return {
    async serve(path, handle) {
      if (routes.has(path)) {
        throw new ChannelError(
          "not_configured",
          `two accounts take updates at ${path}; set channels.telegram.accounts.<id>.webhookPath for one of them`,
        );
      }
      opening ??= open();
      routes.set(path, handle);
      await opening.catch((error: unknown) => {
        routes.delete(path);
        throw error;
      });
      return async () => {
        routes.delete(path);
        const last = server;
        if (routes.size > 0 || last === undefined) return;
        server = undefined;
        opening = undefined;
        last.closeAllConnections();
        await new Promise((resolve) => last.close(resolve));
      };
    },
  };
}

/** Answers in plain text, unless an answer has begun. */
export function end(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}
