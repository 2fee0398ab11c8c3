import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { createHttpServer, type HttpHandler } from "./http-server.ts";

/** Serves with one handler; resolves with what it reported when the handler has ended for a client that leaves after the first bytes. */
async function reportsOfALeavingClient(handler: HttpHandler): Promise<unknown[]> {
  const reports: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const server = createHttpServer({
    signed: () => false,
    handlers: [
      async (request, response) => {
        try {
          return await handler(request, response);
        } finally {
          setImmediate(ended.resolve);
        }
      },
    ],
    hostAllowed: () => true,
    onUpgrade: (_request, socket) => socket.destroy(),
    onError: (error) => reports.push(error),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = http.get({ host: "127.0.0.1", port, agent: false }, (response) => {
    response.once("data", () => response.destroy());
    response.on("error", () => {});
  });
  request.on("error", () => {});
  await ended.promise;
  server.close();
  server.closeAllConnections();
  return reports;
}

it("a client that leaves before it has the whole file is no fault of the Gateway", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-http-"));
  const file = path.join(folder, "large.bin");
  fs.writeFileSync(file, Buffer.alloc(32 * 1024 * 1024));
  const reports = await reportsOfALeavingClient(async (_request, response) => {
    response.writeHead(200);
    await pipeline(fs.createReadStream(file), response);
    return true;
  });
  fs.rmSync(folder, { recursive: true });
  expect(reports).toEqual([]);
});

it("a handler that fails while it answers is reported", async () => {
  const fault = new Error("the disk is gone");
  const reports = await reportsOfALeavingClient(async (_request, response) => {
    response.writeHead(200);
    response.write("half");
    throw fault;
  });
  expect(reports).toEqual([fault]);
});
