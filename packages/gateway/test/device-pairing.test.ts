import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../../agent-runtime/src/testing/manual-timers.ts";
import { manualClock } from "../../storage/src/testing/manual-clock.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway?.close());
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
};
const remote = { host: "openclaw.example:18789" };
const phone = { scopes: ["operator.read"], client: { displayName: "Phone" } };
const node = { role: "node", scopes: [], client: { id: "node-host", mode: "node" } };
const stored = (name: string) => path.join(gateway.stateDir, "devices", name);

describe("a request for pairing", () => {
  it("is told of as expired when nobody decides within five minutes", async () => {
    const clock = manualClock();
    const timers = manualTimers();
    await start({ clock, timers });
    const operator = await gateway.connect();
    const device = createDevice();
    const { error } = await gateway.open(remote).connect({ ...phone, device });
    const requestId = error?.details?.requestId;
    expect(JSON.parse(fs.readFileSync(stored("pending.json"), "utf8"))).toHaveProperty([String(requestId)]);
    clock.advance(5 * 60_000 + 1);
    timers.advance(5 * 60_000 + 1);
    expect(await operator.event("device.pair.resolved")).toMatchObject({
      requestId,
      deviceId: device.id,
      decision: "expired",
    });
    expect(JSON.parse(fs.readFileSync(stored("pending.json"), "utf8"))).toEqual({});
  });

  it("of a node is told of as that of a node too", async () => {
    await start();
    const operator = await gateway.connect();
    const device = createDevice();
    const { error } = await gateway.open(remote).connect({ ...node, device });
    const requestId = error?.details?.requestId;
    expect(await operator.event("node.pair.requested")).toMatchObject({ requestId, nodeId: device.id });
    await operator.request("device.pair.reject", { requestId });
    expect(await operator.event("node.pair.resolved")).toMatchObject({ requestId, decision: "rejected" });
    expect((await gateway.open(remote).connect({ ...node, device })).error?.details?.requestId).not.toBe(requestId);
  });

  it("survives a restart, and its approval is kept in files only their owner can read", async () => {
    await start();
    const device = createDevice();
    const { error } = await gateway.open(remote).connect({ ...phone, device });
    await gateway.restart();
    const operator = await gateway.connect();
    const approved = await operator.request("device.pair.approve", { requestId: error?.details?.requestId });
    expect(approved.ok).toBe(true);
    for (const name of ["pending.json", "paired.json"]) expect(fs.statSync(stored(name)).mode & 0o777).toBe(0o600);
    const { tokens } = JSON.parse(fs.readFileSync(stored("paired.json"), "utf8"))[device.id];
    expect(tokens.operator.token).toMatch(/^[\w-]{43}$/);
  });
});

describe("a paired device", () => {
  it("keeps the name it was given through connections and restarts", async () => {
    await start();
    const operator = await gateway.connect({ protocol: 4 });
    const device = createDevice();
    await (await gateway.connect({ ...phone, device })).close();
    const renamed = await operator.request("device.pair.rename", { deviceId: device.id, label: " Kitchen " });
    expect(renamed.payload).toEqual({ deviceId: device.id, label: "Kitchen" });
    expect(await operator.event("device.pair.changed", ({ reason }) => reason === "renamed")).toMatchObject({
      deviceId: device.id,
    });
    await gateway.restart();
    await gateway.connect({ ...phone, device });
    const again = await gateway.connect();
    const { paired } = (await again.request("device.pair.list", {})).payload as { paired: unknown[] };
    expect(paired).toEqual([expect.objectContaining({ deviceId: device.id, displayName: "Kitchen" })]);
    expect(paired[0]).not.toHaveProperty("connected");
  });

  it("is lost with a file that cannot be read, which is kept under another name", async () => {
    await start();
    const device = createDevice();
    await gateway.connect({ ...phone, device });
    await gateway.stop();
    fs.writeFileSync(stored("paired.json"), "{ broken");
    await gateway.start();
    expect((await gateway.open(remote).connect({ ...phone, device })).error?.message).toBe("pairing required");
    const aside = fs.readdirSync(path.dirname(stored("x"))).find((name) => name.startsWith("paired.json.corrupt-"));
    expect(fs.readFileSync(stored(String(aside)), "utf8")).toBe("{ broken");
    expect(gateway.log()).toContain("paired.json cannot be read and was moved");
  });
});
