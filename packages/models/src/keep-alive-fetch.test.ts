import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createKeepAliveFetch } from "./keep-alive-fetch.ts";

const servers: http.Server[] = [];

async function serve(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("createKeepAliveFetch", () => {
  it("sends a text with its headers and reads the answer as it comes", async () => {
    const seen: { method?: string; type?: string; body: string } = { body: "" };
    const url = await serve(async (request, response) => {
      seen.method = request.method ?? "";
      seen.type = request.headers["content-type"] ?? "";
      for await (const chunk of request) seen.body += chunk;
      response.writeHead(201, { "x-answer": "yes" });
      response.write("one ");
      response.end("two");
    });
    const fetchNow = createKeepAliveFetch();
    const response = await fetchNow(`${url}/x`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"ä":1}',
    });
    expect([response.status, response.headers.get("x-answer"), await response.text()]).toEqual([201, "yes", "one two"]);
    expect(seen).toEqual({ method: "POST", type: "application/json", body: '{"ä":1}' });
  });

  it("uses one connection for requests in a row", async () => {
    let connections = 0;
    const url = await serve((_request, response) => response.end("ok"));
    servers[0]?.on("connection", () => {
      connections += 1;
    });
    const fetchNow = createKeepAliveFetch();
    for (let n = 0; n < 5; n++) expect(await (await fetchNow(url)).text()).toBe("ok");
    expect(connections).toBe(1);
  });

  it("tries once more when the server has closed the connection it kept", async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end(`answer ${requests}`);
    });
    const fetchNow = createKeepAliveFetch();
    expect(await (await fetchNow(url)).text()).toBe("answer 1");
    expect(await (await fetchNow(url)).text()).toBe("answer 3");
  });

  it("passes large answers whole to a slow reader", async () => {
    const size = 8 * 1024 * 1024;
    const url = await serve((_request, response) => response.end(Buffer.alloc(size, "x")));
    const response = await createKeepAliveFetch()(url);
    let read = 0;
    for await (const chunk of response.body ?? []) {
      read += chunk.byteLength;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(read).toBe(size);
  });

  it("rejects with the signal's reason when it is aborted, before and during the answer", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200);
      response.write("start");
    });
    const fetchNow = createKeepAliveFetch();
    const early = new AbortController();
    const waiting = fetchNow(`${url}/silent`, { signal: early.signal });
    early.abort(new Error("changed my mind"));
    await expect(waiting).rejects.toThrow("changed my mind");

    const late = new AbortController();
    const response = await fetchNow(`${url}/talks`, { signal: late.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    late.abort(new Error("enough"));
    await expect(reader.read()).rejects.toThrow("enough");
  });

  it("reports a server that is not there and a connection that is cut like fetch does", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("part", () => response.destroy());
    });
    const fetchNow = createKeepAliveFetch();
    const response = await fetchNow(url);
    await expect(response.text()).rejects.toMatchObject({ name: "TypeError", message: "fetch failed" });
    const gone = await serve(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    await expect(fetchNow(gone)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("follows redirects and takes bodies it does not send itself through the global fetch", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/old") response.writeHead(302, { location: "/new" }).end();
      else response.end(`at ${request.url}`);
    });
    const fetchNow = createKeepAliveFetch();
    expect(await (await fetchNow(`${url}/old`)).text()).toBe("at /new");
    const form = new FormData();
    form.set("a", "b");
    expect(await (await fetchNow(`${url}/form`, { method: "POST", body: form })).text()).toBe("at /form");
  });
});
