import { afterEach, describe, expect, it } from "vitest";
import { manualClock } from "../../storage/src/testing/manual-clock.ts";
import type { ConnectOptions, Json } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  return gateway;
};
afterEach(() => gateway.close());

const backend: ConnectOptions = {
  client: { id: "gateway-client", mode: "backend", displayName: "Robot", instanceId: "robot-1" },
};
const entryOf = (payload: Json, host: string) => (payload.presence as Json[]).find((entry) => entry.host === host);

describe("connections", () => {
  it("get ticks, and are dropped when they neither answer nor say anything", async () => {
    await start({ limits: { tickIntervalMs: 15, pingIntervalMs: 100 } });
    const awake = await gateway.connect();
    const dead = gateway.open({ answerPings: false });
    await dead.connect();
    expect(await awake.event("tick")).toEqual({ ts: expect.any(Number) });
    expect((await dead.closed).code).toBe(1006);
    expect((await awake.request("health", {})).ok).toBe(true);
  });

  it("get the state of the Gateway after they came in, with the version of it", async () => {
    await start();
    const client = await gateway.connect();
    const frame = await client.frame((one) => one.event === "health");
    expect(frame.payload).toMatchObject({ ok: true, defaultAgentId: "main" });
    const hello = client.frames.find((one) => one.type === "res")?.payload as Json;
    const before = (hello.snapshot as Json).stateVersion as Json;
    expect((frame.stateVersion as Json).health).toBeGreaterThan(Number(before.health));
  });
});

describe("presence", () => {
  it("shows who comes and goes, but no command lines", async () => {
    await start();
    const watcher = await gateway.connect();
    const robot = await gateway.connect(backend);
    const came = await watcher.event("presence", (payload) => entryOf(payload, "Robot") !== undefined);
    expect(entryOf(came, "Robot")).toMatchObject({
      mode: "backend",
      reason: "connect",
      roles: ["operator"],
      scopes: ["operator.admin"],
      instanceId: "robot-1",
      text: "Node: Robot · mode backend",
    });
    expect(entryOf(came, "Robot")).not.toHaveProperty("ip");
    await robot.close();
    const left = await watcher.event("presence", (payload) => entryOf(payload, "Robot")?.reason === "disconnect");
    expect((left.presence as Json[]).map(({ mode }) => mode)).toEqual(["gateway", "backend"]);
    expect((left.presence as Json[])[0]?.text).toMatch(/^Gateway: .* · app 2026\.1\.1 · mode gateway · reason self$/);
  });

  it("unites what one device says over several connections, and forgets it after five minutes", async () => {
    const clock = manualClock();
    await start({ clock });
    const watcher = await gateway.connect();
    const device = createDevice();
    const ui: ConnectOptions = { ...backend, device };
    await gateway.connect({ ...ui, scopes: ["operator.read"] });
    await gateway.connect({ ...ui, scopes: ["operator.write"] });
    const list = async () => ((await watcher.request("system-presence")).payload as unknown as Json[]).slice(1);
    expect(await list()).toMatchObject([{ deviceId: device.id, scopes: ["operator.read", "operator.write"] }]);
    clock.advance(5 * 60_000 + 1);
    expect(await list()).toEqual([]);
  });

  it("is told at most every 250 ms, the last state in the end", async () => {
    await start();
    const watcher = await gateway.connect();
    const from = watcher.frames.length;
    for (let index = 0; index < 30; index++) {
      await watcher.request("system-event", { text: `Node: box${index} · mode local` });
    }
    const last = await watcher.event("presence", (payload) => entryOf(payload, "box29") !== undefined, from);
    expect(last.presence).toHaveLength(31);
    expect(watcher.frames.slice(from).filter(({ event }) => event === "presence").length).toBeLessThan(10);
    const versions = watcher.frames
      .filter(({ event }) => event === "presence")
      .map(({ stateVersion }) => Number((stateVersion as Json).presence));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it("tells the agent of a beacon only what is new", async () => {
    await start();
    const client = await gateway.connect();
    const queued = async () => (await client.request("status", {})).payload.queuedSystemEvents as string[];
    const beacon = (seconds: number, mode: string) =>
      client.request("system-event", {
        text: `Node: desk (192.0.2.7) · app 1.0 · last input ${seconds}s ago · mode ${mode} · reason beat`,
      });
    await beacon(1, "local");
    const first = await queued();
    expect(first).toEqual(["Node: desk (192.0.2.7) · app 1.0 · mode local · reason beat"]);
    await beacon(2, "local");
    expect(await queued()).toEqual(first);
    await beacon(3, "remote");
    // Still about the same node: what has not changed is left out.
    expect((await queued()).slice(1)).toEqual(["Node: desk (192.0.2.7) · mode remote"]);
    await client.request("system-event", { text: "The door opened" });
    expect((await queued()).at(-1)).toBe("The door opened");
    await gateway.restart();
    const next = await gateway.connect();
    expect(((await next.request("status", {})).payload.queuedSystemEvents as string[]).at(-1)).toBe("The door opened");
  });
});
