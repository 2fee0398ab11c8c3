import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  client = await gateway.connect();
};
afterEach(() => gateway.close());
const file = () => fs.readFileSync(gateway.configPath, "utf8");

const commented: TestGatewayOptions["config"] = ({ modelUrl, workspace }) => `{
  // who may come in
  gateway: { mode: "local", auth: { mode: "token", token: "t0k" } },
  agents: { defaults: { workspace: ${JSON.stringify(workspace)}, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
  models: { providers: { fake: { baseUrl: "${modelUrl}", apiKey: "k", api: "openai-completions",
    models: [{ id: "fake-1", name: "Fake", reasoning: false, input: ["text"], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow: 128000, maxTokens: 4096 }] } } },
}
`;
const sentinel = "__OPENCLAW_REDACTED__";

describe("config.get", () => {
  it("masks the secrets and nothing else, in values and in the text", async () => {
    await start({ config: commented });
    const { payload } = await client.request("config.get", {});
    expect(payload.raw).toBe(file().replace('"t0k"', `"${sentinel}"`).replace('apiKey: "k"', `apiKey: "${sentinel}"`));
    const config = JSON.stringify(payload.config);
    expect(config).toContain('"maxTokens":4096');
    expect(config).not.toContain("t0k");
    expect(payload).toMatchObject({
      path: gateway.configPath,
      exists: true,
      valid: true,
      issues: [],
      warnings: [],
      legacyIssues: [],
    });
    expect(payload.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(payload).not.toHaveProperty("includedPaths");
    const v4 = await gateway.connect({ protocol: 4 });
    expect((await v4.request("config.get", {})).payload).toMatchObject({ hash: payload.hash, includedPaths: [] });
  });

  it("is refused to a node", async () => {
    await start();
    const node = await gateway.connect({
      role: "node",
      scopes: [],
      client: { id: "node-host", mode: "node" },
      device: createDevice(),
    });
    expect((await node.request("config.get", {})).error?.message).toBe("unauthorized role: node");
  });

  it("shows a file that somebody else changed, also when it is broken", async () => {
    await start();
    const first = (await client.request("config.get", {})).payload;
    fs.writeFileSync(gateway.configPath, "{ bogus: ");
    const { payload } = await client.request("config.get", {});
    expect(payload.valid).toBe(false);
    expect(payload.hash).not.toBe(first.hash);
    expect((payload.issues as Json[])[0]?.message).toMatch(/JSON5/);
    // The Gateway goes on with what it had.
    expect((await client.request("health", {})).ok).toBe(true);
  });
});

describe("writing", () => {
  it("refuses what was made from another text, and leaves the file alone", async () => {
    await start();
    const before = file();
    for (const method of ["config.set", "config.patch", "config.apply"]) {
      const stale = await client.request(method, { raw: "{}", baseHash: "dead" });
      expect(stale.error).toEqual({
        code: "INVALID_REQUEST",
        message: "config changed since last load; re-run config.get and retry",
      });
      const none = await client.request(method, { raw: "{}" });
      expect(none.error?.message).toBe("config base hash required; re-run config.get and retry");
    }
    expect(file()).toBe(before);
  });

  it("refuses a mask where no secret is stored, and what is not valid, naming the place", async () => {
    await start({ config: commented });
    const before = file();
    const { hash } = (await client.request("config.get", {})).payload;
    const set = (raw: string) => client.request("config.set", { raw, baseHash: hash });
    const masked = await set(`{ gateway: { mode: "local", auth: { mode: "password", password: "${sentinel}" } } }`);
    expect(masked.error?.message).toBe(
      `config write rejected: "password" is redacted; set an explicit value instead of ${sentinel}`,
    );
    expect((await set("{ nope")).error?.message).toMatch(/^SyntaxError: JSON5: /);
    expect((await set("{ gateway: { port: 'x' } }")).error).toMatchObject({
      message: "invalid config",
      details: { issues: [{ path: "gateway.port", message: expect.any(String) }] },
    });
    expect(file()).toBe(before);
  });

  it("keeps comments and stored secrets when a masked text is written back", async () => {
    await start({ config: commented });
    const { hash, raw } = (await client.request("config.get", {})).payload;
    const next = String(raw).replace("// who may come in", "// the door");
    const { payload } = await client.request("config.set", { raw: next, baseHash: hash });
    expect(payload.ok).toBe(true);
    expect(file()).toContain("// the door");
    expect(file()).toContain('token: "t0k"');
    expect(file()).not.toContain(sentinel);
    expect(JSON.stringify(payload)).not.toContain("t0k");
    expect(fs.statSync(gateway.configPath).mode & 0o777).toBe(0o600);
  });

  it("restarts after a patch: answer, shutdown, close, and the value is in force", async () => {
    await start();
    const { hash } = (await client.request("config.get", {})).payload;
    const restarted = gateway.restarted();
    const raw = "{ ui: { assistant: { name: 'Molly' } }, gateway: { controlUi: { basePath: '/ui2' } } }";
    const { payload } = await client.request(
      "config.patch",
      { raw, baseHash: hash, restartDelayMs: 30, note: "why" },
      "patch",
    );
    expect(payload).toMatchObject({
      ok: true,
      path: gateway.configPath,
      restart: { ok: true, delayMs: 30 },
      sentinel: { payload: { message: "why" } },
    });
    expect(await client.event("shutdown")).toEqual({ reason: "gateway restarting", restartExpectedMs: 1500 });
    expect(await client.closed).toEqual({ code: 1012, reason: "service restart" });
    const answer = client.frames.findIndex((frame) => frame.id === "patch");
    expect(answer).toBeLessThan(client.frames.findIndex((frame) => frame.event === "shutdown"));
    const sentinelFile = (payload.sentinel as Json).path as string;
    expect(fs.statSync(sentinelFile).mode & 0o777).toBe(0o600);
    await restarted;
    const next = await gateway.connect();
    expect((await next.request("agent.identity.get", {})).payload).toMatchObject({ name: "Molly" });
    expect((await fetch(`${gateway.httpUrl}/ui2`, { redirect: "manual" })).status).toBe(302);
  });

  it("tells version 4 of a stop without a time, version 3 with none", async () => {
    await start();
    const v4 = await gateway.connect({ protocol: 4 });
    await gateway.stop();
    expect(await client.event("shutdown")).toEqual({ reason: "gateway stopping", restartExpectedMs: null });
    expect(await v4.event("shutdown")).toEqual({ reason: "gateway stopping" });
    expect(await v4.closed).toEqual({ code: 1012, reason: "service restart" });
  });
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
/** Where a listener on every interface could be reached. */
const ownAddresses = () =>
  Object.values(os.networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
  );
const isOpen = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

describe("starting", () => {
  const refused = async (options: TestGatewayOptions) => {
    await start();
    return startTestGateway(options).then(
      () => "started",
      (error: unknown) => String(error),
    );
  };

  it("refuses to listen beyond this machine without a secret", async () => {
    const config = { gateway: { auth: { token: undefined }, bind: "lan" } };
    expect(await refused({ config })).toMatch(/Refusing to bind gateway to lan without auth/);
  });

  it("refuses a tailnet address where there is none, and listens nowhere instead", async () => {
    const port = await freePort();
    const options = { config: { gateway: { bind: "tailnet" } }, flags: { port } };
    expect(await refused(options)).toMatch(/gateway\.bind is tailnet, but no interface has a tailnet address/);
    for (const host of ["127.0.0.1", "::1", ...ownAddresses()]) expect(await isOpen(host, port), host).toBe(false);
  });

  it("refuses an invalid configuration, naming the place", async () => {
    expect(await refused({ config: { gateway: { port: -5 } } })).toMatch(/gateway\.port/);
  });
});
