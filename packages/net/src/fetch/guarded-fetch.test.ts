import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { connect as openSocket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createGuardedFetch, type GuardedFetchOptions } from "../index.ts";

/** A public address; connections to it end at the test's server. */
const publicAddress = "93.184.216.34";
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<{ port: number; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { port: address.port, requests };
}

/** A fetch whose public addresses lead to the server; notes each look-up and each connection. */
function fetchTo(port: number, options: GuardedFetchOptions = {}) {
  const lookups: string[] = [];
  const connections: string[] = [];
  const guardedFetch = createGuardedFetch({
    lookup: async (hostname) => {
      lookups.push(hostname);
      return (await options.lookup?.(hostname)) ?? [publicAddress];
    },
    connect: ({ url, addresses }) => {
      connections.push(`${url.host} at ${addresses.join(" ")}`);
      return openSocket(port, "127.0.0.1");
    },
  });
  return { guardedFetch, lookups, connections };
}

const text = async (response: { read(maxBytes: number): Promise<{ bytes: Buffer }> }) =>
  (await response.read(1_000_000)).bytes.toString();

describe("addresses", () => {
  test.each([
    "http://127.0.0.1:1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0/",
    "http://192.168.1.1/",
    "http://[fd00:ec2::254]/",
  ])("%s is refused without a connection", async (url) => {
    const { guardedFetch, lookups, connections } = fetchTo(1);
    await expect(guardedFetch(url)).rejects.toThrow("Blocked: private/internal IP address");
    expect([...lookups, ...connections]).toEqual([]);
  });

  test.each([
    ["http://localhost/", "localhost"],
    ["http://LOCALHOST./", "localhost."],
    ["http://printer.local/", "printer.local"],
    ["http://a.localhost:8080/", "a.localhost"],
    ["http://metadata.google.internal/", "metadata.google.internal"],
    ["http://ｌｏｃａｌｈｏｓｔ/", "localhost"],
  ])("the name of %s is refused", async (url, hostname) => {
    const { guardedFetch, lookups } = fetchTo(1);
    await expect(guardedFetch(url)).rejects.toThrow(`Blocked hostname: ${hostname}`);
    expect(lookups).toEqual([]);
  });

  test("a name is refused when one of its addresses is private", async () => {
    const { guardedFetch, connections } = fetchTo(1, { lookup: async () => [publicAddress, "10.0.0.1"] });
    await expect(guardedFetch("http://mixed.example/")).rejects.toThrow(
      "Blocked: resolves to private/internal IP address",
    );
    expect(connections).toEqual([]);
  });

  test("a name without an address is named", async () => {
    const none = fetchTo(1, { lookup: async () => [] });
    await expect(none.guardedFetch("http://nowhere.example/")).rejects.toThrow(
      "Unable to resolve hostname: nowhere.example",
    );
    const failing = fetchTo(1, { lookup: () => Promise.reject(new Error("ENOTFOUND")) });
    await expect(failing.guardedFetch("http://nowhere.example/")).rejects.toMatchObject({ code: "unresolvable" });
  });

  test.each(["ftp://example.com/", "file:///etc/passwd", "no address", "javascript:alert(1)"])(
    "%s is no address of the web",
    async (url) => {
      await expect(fetchTo(1).guardedFetch(url)).rejects.toThrow("Invalid URL: must be http or https");
    },
  );

  test("a name that changes its address after the check is still asked at the checked one", async () => {
    const answers = [[publicAddress], ["127.0.0.1"]];
    const { port } = await serve((_request, response) => response.end("checked"));
    const { guardedFetch, lookups, connections } = fetchTo(port, { lookup: async () => answers.shift() ?? [] });
    expect(await text(await guardedFetch("http://rebind.example/"))).toBe("checked");
    expect(lookups).toEqual(["rebind.example"]);
    expect(connections).toEqual([`rebind.example at ${publicAddress}`]);
  });

  test("the system's connection goes to the checked address, whatever the name would resolve to", async () => {
    const { port, requests } = await serve((_request, response) => response.end("pinned"));
    let lookups = 0;
    const guardedFetch = createGuardedFetch({
      lookup: async () => {
        lookups += 1;
        return ["127.0.0.1"];
      },
    });
    const response = await guardedFetch(`http://self-hosted.example:${port}/`, {
      allowedHosts: ["Self-Hosted.example"],
    });
    expect(await text(response)).toBe("pinned");
    expect(lookups).toBe(1);
    expect(requests[0]?.headers.host).toBe(`self-hosted.example:${port}`);
  });

  test("an allowed host never opens the metadata service", async () => {
    const { guardedFetch } = fetchTo(1, { lookup: async () => ["169.254.169.254"] });
    const allowedHosts = ["cloud.example", "169.254.169.254", "metadata.google.internal"];
    await expect(guardedFetch("http://cloud.example/", { allowedHosts })).rejects.toThrow("Blocked: resolves to");
    await expect(guardedFetch("http://169.254.169.254/", { allowedHosts })).rejects.toThrow("Blocked: private");
    await expect(guardedFetch("http://metadata.google.internal/", { allowedHosts })).rejects.toThrow(
      "Blocked hostname",
    );
  });
});

describe("redirects", () => {
  const redirecting = (target: string | undefined, status = 302): RequestListener => {
    return (request, response) => {
      if (request.url !== "/") return void response.end(`at ${request.url}`);
      response.writeHead(status, target === undefined ? {} : { location: target }).end();
    };
  };

  test.each([
    ["http://127.0.0.1/", "Blocked: private/internal IP address"],
    ["http://169.254.169.254/", "Blocked: private/internal IP address"],
    ["//localhost/x", "Blocked hostname: localhost"],
    ["http://inside.example/", "Blocked: resolves to private/internal IP address"],
    ["file:///etc/passwd", "Invalid URL: must be http or https"],
  ])("to %s are checked again", async (target, message) => {
    const { port, requests } = await serve(redirecting(target));
    const lookup = async (name: string) => [name === "inside.example" ? "10.1.2.3" : publicAddress];
    await expect(fetchTo(port, { lookup }).guardedFetch("http://start.example/")).rejects.toThrow(message);
    expect(requests).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])("with status %i are followed", async (status) => {
    const { port } = await serve(redirecting("/next", status));
    const response = await fetchTo(port).guardedFetch("http://start.example/");
    expect(response.url).toBe("http://start.example/next");
    expect(await text(response)).toBe("at /next");
  });

  test("end at the limit, in a loop and without a target", async () => {
    const endless = await serve((request, response) => {
      response.writeHead(302, { location: `${request.url}x` }).end();
    });
    await expect(fetchTo(endless.port).guardedFetch("http://a.example/", { maxRedirects: 2 })).rejects.toThrow(
      "Too many redirects (limit: 2)",
    );
    expect(endless.requests).toHaveLength(3);
    const loop = await serve(redirecting("/#again"));
    await expect(fetchTo(loop.port).guardedFetch("http://a.example/")).rejects.toThrow("Redirect loop detected");
    const lost = await serve(redirecting(undefined, 307));
    await expect(fetchTo(lost.port).guardedFetch("http://a.example/")).rejects.toThrow(
      "Redirect without a Location header (307)",
    );
  });

  test("keep credentials within an origin and drop them at its border", async () => {
    const { port, requests } = await serve((request, response) => {
      const next = { "/": "/two", "/two": "http://other.example/three" }[request.url ?? ""];
      if (next === undefined) response.end("done");
      else response.writeHead(302, { location: next }).end();
    });
    const headers = { Authorization: "Bearer s3cret", Cookie: "a=b", "X-Api-Key": "s3cret", "User-Agent": "test" };
    const response = await fetchTo(port).guardedFetch("http://user:pw@start.example/", { headers });
    expect(response.url).toBe("http://other.example/three");
    await text(response);
    expect(requests.map((request) => request.headers.authorization)).toEqual([
      "Bearer s3cret",
      "Bearer s3cret",
      undefined,
    ]);
    expect(requests[2]?.headers).toMatchObject({ "user-agent": "test" });
    expect(JSON.stringify(requests[2]?.headers)).not.toContain("s3cret");
    expect(requests[2]?.headers.cookie).toBeUndefined();
  });
});

describe("limits", () => {
  test("a declared length above the limit is refused, an undeclared one is cut", async () => {
    const { port } = await serve((request, response) => {
      if (request.url === "/declared") response.setHeader("content-length", 100_000);
      response.end("x".repeat(100_000));
    });
    const { guardedFetch } = fetchTo(port);
    const declared = await guardedFetch("http://a.example/declared");
    await expect(declared.read(1000)).rejects.toThrow("Response too large: 100000 bytes (limit: 1000)");
    const streamed = await serve((_request, response) => {
      response.write("x".repeat(600));
      response.end("y".repeat(600));
    });
    const body = await (await fetchTo(streamed.port).guardedFetch("http://a.example/")).read(1000);
    expect(body.truncated).toBe(true);
    expect(body.bytes.toString()).toBe("x".repeat(600) + "y".repeat(400));
  });

  test("a compressed answer is limited by what it unfolds to", async () => {
    const { port } = await serve((_request, response) => {
      response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(5_000_000, "a")));
    });
    const body = await (await fetchTo(port).guardedFetch("http://a.example/")).read(50_000);
    expect(body).toMatchObject({ truncated: true, bytes: { length: 50_000 } });
  });

  test("a server that never answers, or never ends, is given up", async () => {
    const silent = await serve(() => {});
    await expect(fetchTo(silent.port).guardedFetch("http://a.example/", { timeoutMs: 30 })).rejects.toThrow(
      "The request to a.example took longer than 0.03 seconds",
    );
    const dripping = await serve((_request, response) => void response.write("a"));
    const reading = fetchTo(dripping.port)
      .guardedFetch("http://a.example/", { timeoutMs: 200 })
      .then((response) => response.read(1000));
    await expect(reading).rejects.toMatchObject({ code: "timeout" });
    const lookup = () => new Promise<string[]>(() => {});
    await expect(fetchTo(1, { lookup }).guardedFetch("http://a.example/", { timeoutMs: 30 })).rejects.toMatchObject({
      code: "timeout",
    });
  });

  test("the caller's abort ends it with the caller's reason", async () => {
    const controller = new AbortController();
    const { port } = await serve(() => controller.abort(new Error("stopped by the user")));
    const { signal } = controller;
    await expect(fetchTo(port).guardedFetch("http://a.example/", { signal })).rejects.toThrow("stopped by the user");
  });

  test("a connection that breaks is told with its host", async () => {
    const { port } = await serve((_request, response) => void response.destroy());
    await expect(fetchTo(port).guardedFetch("http://a.example/")).rejects.toMatchObject({
      code: "connection",
      message: expect.stringContaining("The connection to a.example failed: "),
    });
  });
});
