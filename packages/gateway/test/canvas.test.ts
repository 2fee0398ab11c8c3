import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { manualClock } from "../../storage/src/testing/manual-clock.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions, testToken } from "../src/testing/test-gateway.ts";
import { connectTestNode } from "../src/testing/test-node.ts";

let gateway: TestGateway;
afterEach(() => gateway?.close());
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
};
const root = () => path.join(gateway.workspace, "canvas");
const put = (name: string, text: string) => {
  fs.mkdirSync(path.dirname(path.join(root(), name)), { recursive: true });
  fs.writeFileSync(path.join(root(), name), text);
};
const page = "<html><body><h1>Here</h1></body></html>";

interface Answer {
  status: number;
  body: string;
  headers: http.IncomingHttpHeaders;
}

/** A request whose path goes out as it is written. */
function get(
  url: string,
  headers: http.OutgoingHttpHeaders = {},
  method = "GET",
  port = gateway.port,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path: url, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    request.on("error", reject);
    request.end();
  });
}
const canvas = (name: string, headers = {}, method = "GET") => get(`/__openclaw__/canvas/${name}`, headers, method);
/** What makes a request one of another machine. */
const remote = { "x-forwarded-for": "203.0.113.7" };
const hostUrl = (client: RawClient) => {
  const hello = client.frames.find((frame) => frame.type === "res") as Json;
  return String((hello.payload as Json).canvasHostUrl);
};

describe("the canvas host", () => {
  it("serves the files of its folder, pages with the bridge, and nothing beside (acceptance 17)", async () => {
    await start();
    put("index.html", page);
    put("sub/data.json", "{}");
    put(".secret", "x");
    fs.symlinkSync("/etc/hosts", path.join(root(), "hosts"));
    const index = await canvas("");
    expect(index).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(index.body).toContain("<h1>Here</h1><script>");
    expect(index.body).toMatch(/openclawSendUserAction.*<\/script><\/body>/s);
    expect(await canvas("sub/data.json")).toMatchObject({ status: 200, body: "{}" });
    expect((await canvas("sub/data.json", {}, "HEAD")).body).toBe("");
    expect((await canvas("sub/")).status).toBe(404);
    expect((await canvas("sub/")).headers["content-type"]).toContain("text/html");
    for (const name of ["..%2f..%2fetc/passwd", "../openclaw.json", "hosts", ".secret", "a%00b", "%zz", "nope.txt"]) {
      expect(await canvas(name), name).toMatchObject({ status: 404, body: "not found" });
    }
    expect(await canvas("", {}, "POST")).toMatchObject({ status: 405, body: "Method Not Allowed" });
    expect(await get("/__openclaw__/ws")).toMatchObject({ status: 426, body: "upgrade required" });
    expect(await get("/__openclaw__/a2ui/")).toMatchObject({ status: 503, body: "A2UI assets not found" });
  });

  it("tells open pages within a second when a file has changed (acceptance 17)", async () => {
    await start();
    put("index.html", page);
    const socket = new WebSocket(`${gateway.url}/__openclaw__/ws`);
    await new Promise((resolve) => socket.once("open", resolve));
    while (!gateway.log().includes("a page of the canvas follows its files")) await new Promise(setImmediate);
    const told = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    const changedAt = Date.now();
    put("index.html", page.replace("Here", "There"));
    expect(await told).toBe("reload");
    expect(Date.now() - changedAt).toBeLessThan(1000);
    fs.rmSync(root(), { recursive: true });
    const again = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    put("index.html", page);
    expect(await again).toBe("reload");
    socket.terminate();
  });

  it("lets in programs of this machine, the Gateway's secret, and a node by its own address (acceptance 18)", async () => {
    const clock = manualClock();
    await start({ clock });
    put("index.html", page);
    expect(await canvas("", remote)).toMatchObject({
      status: 401,
      body: '{"error":{"message":"Unauthorized","type":"unauthorized"}}',
    });
    expect((await canvas("", { ...remote, authorization: `Bearer ${testToken}` })).status).toBe(200);
    expect((await canvas("", { authorization: "Bearer wrong" })).status).toBe(401);
    const node = await connectTestNode(gateway, { caps: ["canvas"] });
    const url = new URL(hostUrl(node.client));
    expect(url.port).toBe(String(gateway.port));
    const own = `${url.pathname}/__openclaw__/canvas/`;
    expect((await get(own, remote)).status).toBe(200);
    expect((await get(`${own.slice(0, -1)}`, remote)).headers.location).toBe(own);
    const [, , , secret] = url.pathname.split("/");
    expect((await canvas(`?oc_cap=${secret}`, remote)).status).toBe(200);
    expect((await get(own.replace(/cap\/.{4}/, "cap/AAAA"), remote)).status).toBe(401);
    // Nothing but the canvas is reached by it; what is left is for the Control UI, which is not built here.
    expect((await get(`${url.pathname}/healthz`, remote)).status).toBe(503);
    const refused = new WebSocket(`${gateway.url}/__openclaw__/ws`, { headers: remote });
    expect(
      await new Promise((resolve) => refused.once("unexpected-response", (_, { statusCode }) => resolve(statusCode))),
    ).toBe(401);

    clock.advance(11 * 60_000);
    expect((await get(own, remote)).status).toBe(200);
    await node.client.close();
    clock.advance(9 * 60_000);
    expect((await get(own, remote)).status).toBe(200);
    clock.advance(60_001);
    expect((await get(own, remote)).status).toBe(401);
    expect(gateway.log()).not.toContain(secret);
  });

  it("gives pages an origin of their own in a browser that may show the Control UI too", async () => {
    await start();
    put("index.html", page);
    const node = await connectTestNode(gateway, { caps: ["canvas"] });
    expect((await canvas("")).headers["content-security-policy"]).toMatch(/^sandbox (?!.*same-origin)/);
    const own = await get(`${new URL(hostUrl(node.client)).pathname}/__openclaw__/canvas/`);
    expect(own.headers).not.toHaveProperty("content-security-policy");
  });

  it("shows the same starter page with the bridge on both ports, and tells each page once that it was edited", async () => {
    const free = http.createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    await start({ config: { canvasHost: { port } } });
    for (const on of [gateway.port, port]) {
      const { status, body } = await get("/__openclaw__/canvas/", {}, "GET", on);
      expect(status).toBe(200);
      expect(body).toContain("This canvas is empty");
      expect(body).toMatch(/openclawSendUserAction.*<\/script><\/body>/s);
    }
    const open = async (on: number) => {
      const socket = new WebSocket(`ws://127.0.0.1:${on}/__openclaw__/ws`);
      const told: string[] = [];
      socket.on("message", (data) => told.push(String(data)));
      await new Promise((resolve) => socket.once("open", resolve));
      return { socket, told };
    };
    const pages = [await open(gateway.port), await open(port)];
    while (!gateway.log().includes("a page of the canvas follows its files")) await new Promise(setImmediate);
    const changedAt = Date.now();
    put("index.html", page);
    await expect.poll(() => pages.map(({ told }) => told)).toEqual([["reload"], ["reload"]]);
    expect(Date.now() - changedAt).toBeLessThan(1000);
    // A second edit is told as one more: the first was told once.
    put("index.html", page.replace("Here", "There"));
    await expect.poll(() => pages.map(({ told }) => told.length)).toEqual([2, 2]);
    for (const { socket } of pages) socket.terminate();
  });

  it("shows that it works when nobody has put anything there, and adds nothing to files without live reload", async () => {
    await start({ config: { canvasHost: { liveReload: false } } });
    const starter = await canvas("");
    expect(starter.body).toContain("This canvas is empty");
    expect(starter.body).not.toContain("webkit.messageHandlers");
    expect(fs.existsSync(path.join(root(), "index.html"))).toBe(true);
  });

  it("is not there when it is switched off, and says where it is when it is on", async () => {
    await start({ config: { canvasHost: { enabled: false }, gateway: { controlUi: { enabled: false } } } });
    expect((await canvas("")).status).toBe(404);
    const node = await connectTestNode(gateway);
    expect(hostUrl(node.client)).toBe("undefined");
  });

  it("has a listener of its own where one is wanted, and goes without when the port is taken", async () => {
    const blocker = http.createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const { port } = blocker.address() as { port: number };
    await start({ config: { canvasHost: { port } } });
    put("index.html", page);
    expect(gateway.log()).toContain(`the canvas host's own port ${port} cannot be used (EADDRINUSE)`);
    expect((await canvas("")).status).toBe(200);
    await new Promise((resolve) => blocker.close(resolve));
    await gateway.restart();
    expect((await get("/", {}, "GET", port)).headers.location).toBe("/__openclaw__/canvas/");
    expect((await get("/__openclaw__/canvas/", {}, "GET", port)).status).toBe(200);
    expect((await get("/__openclaw__/canvas/", remote, "GET", port)).status).toBe(401);
    expect((await get("/healthz", {}, "GET", port)).status).toBe(404);
    const node = await connectTestNode(gateway, { caps: ["canvas"] });
    const own = `${new URL(hostUrl(node.client)).pathname}/__openclaw__/canvas/`;
    for (const on of [gateway.port, port]) {
      expect((await get(own, remote, "GET", on)).status).toBe(200);
      expect((await get("/__openclaw__/canvas/", remote, "GET", on)).status).toBe(401);
      const bearer = { ...remote, authorization: `Bearer ${testToken}` };
      expect((await get("/__openclaw__/canvas/", bearer, "GET", on)).status).toBe(200);
    }
  });

  it("speaks TLS on its own listener where the Gateway does, and gives nodes an address of that kind", async () => {
    const free = http.createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    await start({ config: { canvasHost: { port }, gateway: { tls: { enabled: true } } } });
    put("index.html", page);
    const [, pin] = /TLS fingerprint: sha256:([0-9a-f]{64})/.exec(gateway.log()) ?? [];
    const secured = (on: number, url: string) =>
      new Promise<{ status: number; body: string; fingerprint: string }>((resolve, reject) => {
        const options = { host: "127.0.0.1", port: on, path: url, rejectUnauthorized: false, agent: false };
        const request = https.get(options, (response) => {
          const socket = response.socket as TLSSocket;
          const fingerprint = socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
          let body = "";
          response.on("data", (chunk) => (body += String(chunk)));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body, fingerprint }));
        });
        request.on("error", reject);
      });
    for (const on of [port, gateway.port]) {
      const answer = await secured(on, "/__openclaw__/canvas/");
      expect(answer).toMatchObject({ status: 200, fingerprint: pin });
      expect(answer.body).toContain("<h1>Here</h1>");
    }
    await expect(get("/__openclaw__/canvas/", {}, "GET", port)).rejects.toThrow();
    const socket = new WebSocket(`wss://127.0.0.1:${port}/__openclaw__/ws`, { rejectUnauthorized: false });
    await new Promise((resolve) => socket.once("open", resolve));
    while (!gateway.log().includes("a page of the canvas follows its files")) await new Promise(setImmediate);
    const told = new Promise((resolve) => socket.once("message", (data) => resolve(String(data))));
    put("index.html", page.replace("Here", "There"));
    expect(await told).toBe("reload");
    socket.terminate();
  });

  it("says goodbye to open pages when the Gateway stops, on either port", async () => {
    const free = http.createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    await start({ config: { canvasHost: { port } } });
    const closed = [gateway.port, port].map(async (on) => {
      const socket = new WebSocket(`ws://127.0.0.1:${on}/__openclaw__/ws`);
      const end = new Promise<number>((resolve) => socket.once("close", resolve));
      await new Promise((resolve) => socket.once("open", resolve));
      return { end };
    });
    const pages = await Promise.all(closed);
    await gateway.stop();
    expect(await Promise.all(pages.map(({ end }) => end))).toEqual([1012, 1012]);
  });
});
