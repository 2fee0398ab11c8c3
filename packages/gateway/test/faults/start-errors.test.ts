import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, it } from "vitest";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway, type StartOptions, StartRefused } from "./started-gateway.ts";

/** What a Gateway said that would not start. */
async function refusal(home: GatewayHome, options?: StartOptions): Promise<StartRefused> {
  try {
    await using gateway = await StartedGateway.start(home, options);
    throw new Error(`the Gateway started on port ${gateway.port}`);
  } catch (error) {
    if (error instanceof StartRefused) return error;
    throw error;
  }
}

it("names the state directory that cannot be made", async () => {
  await using home = await createGatewayHome();
  const file = path.join(home.dir, "a-file");
  fs.writeFileSync(file, "in the way");
  const env = { OPENCLAW_STATE_DIR: path.join(file, "state"), OPENCLAW_CONFIG_PATH: home.configPath };
  const error = await refusal(home, { env });
  expect(error.name).toBe("StorageError");
  expect(error.message).toContain(path.join(file, "state"));
  expect(error.message).toContain("not a directory");
});

it("names the file that stands where a directory should be, and starts when it is gone", async () => {
  await using home = await createGatewayHome();
  const file = path.join(home.stateDir, "journal");
  fs.writeFileSync(file, "in the way");
  const error = await refusal(home);
  expect(error.name).toBe("StorageError");
  expect(error.message).toContain(file);
  expect(fs.readFileSync(file, "utf8")).toBe("in the way");
  fs.rmSync(file);
  await using gateway = await StartedGateway.start(home);
  await gateway.connect();
});

it("does not touch a journal that a newer release wrote", async () => {
  await using home = await createGatewayHome();
  const folder = path.join(home.stateDir, "journal");
  const file = path.join(folder, "00000001.jsonl");
  fs.mkdirSync(folder);
  fs.writeFileSync(file, '{"format":99}\n{"something":"else"}\n');
  const error = await refusal(home);
  expect(error.message).toMatch(/format 99.*newer release/);
  expect(error.message).toContain(file);
  expect(fs.readFileSync(file, "utf8")).toBe('{"format":99}\n{"something":"else"}\n');
});

it("says that a configuration cannot be used, with every problem", async () => {
  await using home = await createGatewayHome();
  home.configure({ gateway: { mode: "local", port: "many" }, nonsense: true });
  const error = await refusal(home);
  expect(error.name).toBe("GatewayStartError");
  expect(error.message).toContain(home.configPath);
  expect(error.message).toContain("gateway.port");
  expect(error.message).toContain("nonsense");
});

it("does not start on a port that is taken, by a Gateway of another state or by anything else", async () => {
  await using home = await createGatewayHome();
  await using other = await createGatewayHome();
  await using gateway = await StartedGateway.start(home);
  const text = (port: number) => `another gateway instance is already listening on ws://127.0.0.1:${port}`;
  expect(await refusal(other, { port: gateway.port })).toMatchObject({
    name: "GatewayLockError",
    message: text(gateway.port),
  });
  const client = await gateway.connect();
  await client.send("main", "hello", { key: "run-1" });
  expect(await client.terminal("run-1")).toMatchObject({ state: "final" });

  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await refusal(other, { port })).toMatchObject({ message: text(port) });
  await new Promise((resolve) => server.close(resolve));
  // The refused one has left nothing behind that keeps it from starting now.
  await using later = await StartedGateway.start(other, { port });
  expect(later.port).toBe(port);
});

it("does not start beside a Gateway of the same configuration or of the same state", async () => {
  await using home = await createGatewayHome();
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const secondConfig = path.join(home.dir, "second.json");
  fs.copyFileSync(home.configPath, secondConfig);
  const [sameConfig, sameState] = await Promise.all([
    refusal(home, {
      env: { OPENCLAW_STATE_DIR: path.join(home.dir, "second-state"), OPENCLAW_CONFIG_PATH: home.configPath },
    }),
    refusal(home, { env: { OPENCLAW_CONFIG_PATH: secondConfig } }),
  ]);
  const first = `gateway already running (pid ${gateway.pid}); lock timeout after 5000ms`;
  expect(sameConfig).toMatchObject({ name: "GatewayLockError", message: first });
  expect(sameState.message.split("\n")).toEqual([first, expect.stringContaining(home.stateDir)]);

  await client.send("main", "still there?", { key: "run-1" });
  expect(await client.terminal("run-1")).toMatchObject({ state: "final" });
});

it("takes over from a Gateway that was killed, at once", async () => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  await first.kill();
  const since = performance.now();
  await using second = await StartedGateway.start(home, { port: first.port });
  expect(second.port).toBe(first.port);
  expect(performance.now() - since).toBeLessThan(4000);
});
