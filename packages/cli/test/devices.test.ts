import path from "node:path";
import { createFileLease, gatewayLeaseName, systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDevice } from "../../gateway/src/testing/test-device.ts";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
let gateway: TestGateway;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await startTestGateway();
});
afterEach(async () => {
  home[Symbol.dispose]();
  await gateway.close();
});

const devices = (...argv: string[]) => home.run(["devices", ...argv, "--url", gateway.url, "--token", testToken]);
const phone = { scopes: ["operator.read"], client: { displayName: "Phone" } };
const remote = { host: "openclaw.example:18789" };
/** A device on another machine that waits for an approval. */
async function asks() {
  const device = createDevice();
  const { error } = await gateway.open(remote).connect({ ...phone, device });
  return { device, requestId: String(error?.details?.requestId) };
}

describe("devices", () => {
  it("lists, approves and rejects requests", async () => {
    const [first, second] = [await asks(), await asks()];
    const listed = await devices("list");
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toContain("Pending (2)");
    expect(listed.stdout).toContain(first.requestId);
    expect(await devices("approve", first.requestId)).toMatchObject({
      code: 0,
      stdout: `Approved ${first.device.id}\n`,
    });
    expect((await devices("reject", second.requestId)).stdout).toBe(`Rejected ${second.device.id}\n`);
    expect((await devices("approve", second.requestId)).stderr).toContain("unknown requestId");
    expect((await gateway.open(remote).connect({ ...phone, device: first.device })).ok).toBe(true);
    const json = JSON.parse((await devices("list", "--json")).stdout);
    expect(json.pending).toEqual([]);
    expect(json.paired).toContainEqual(
      expect.objectContaining({
        deviceId: first.device.id,
        displayName: "Phone",
        connected: true,
        approvedVia: "owner",
      }),
    );
  });

  it("shows a new token once, revokes it, and forgets a device with its connections", async () => {
    const device = createDevice();
    const client = await gateway.connect({ ...phone, device });
    const of = ["--device", device.id, "--role", "operator"];
    expect((await devices("rotate")).stderr).toBe("--device and --role required\n");
    const rotated = JSON.parse((await devices("rotate", ...of)).stdout);
    expect(rotated.token).toMatch(/^[\w-]{43}$/);
    const listed = await devices("list", "--json");
    expect(listed.stdout).not.toContain(rotated.token);
    expect(JSON.parse((await devices("revoke", ...of)).stdout)).toMatchObject({ revokedAtMs: expect.any(Number) });
    expect(await client.closed).toEqual({ code: 1008, reason: "device token revoked" });

    const back = await gateway.connect({ ...phone, device });
    expect((await devices("remove", device.id)).stdout).toBe(`Removed ${device.id}\n`);
    expect((await back.closed).code).toBe(1008);
    expect((await devices("remove", device.id)).stderr).toContain("unknown deviceId");
    expect((await gateway.open(remote).connect({ ...phone, device })).error?.message).toBe("pairing required");
  });
});

describe("devices while the Gateway does not run", () => {
  /** On the machine of the Gateway, as its user. */
  const here = (...argv: string[]) =>
    home.run(["devices", ...argv], {
      env: {
        OPENCLAW_STATE_DIR: gateway.stateDir,
        OPENCLAW_CONFIG_PATH: gateway.configPath,
        OPENCLAW_GATEWAY_PORT: "9",
      },
    });

  it("works on its files, which the Gateway finds at its next start", async () => {
    const [first, second] = [await asks(), await asks()];
    await gateway.stop();
    const listed = await here("list");
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toContain("Pending (2)");
    expect((await here("approve", first.requestId)).stdout).toBe(`Approved ${first.device.id}\n`);
    expect((await here("reject", second.requestId)).stdout).toBe(`Rejected ${second.device.id}\n`);
    expect(await here("approve", second.requestId)).toMatchObject({ code: 1, stderr: "unknown requestId\n" });
    await gateway.restart();
    expect((await gateway.open(remote).connect({ ...phone, device: first.device })).ok).toBe(true);
    expect((await gateway.open(remote).connect({ ...phone, device: second.device })).ok).toBe(false);
    await gateway.stop();
    const of = ["--device", first.device.id, "--role", "operator"];
    expect(JSON.parse((await here("rotate", ...of)).stdout).token).toMatch(/^[\w-]{43}$/);
    expect((await here("rotate", "--device", first.device.id, "--role", "zzz")).stderr).toBe("unknown deviceId/role\n");
    expect(JSON.parse((await here("revoke", ...of)).stdout)).toMatchObject({ revokedAtMs: expect.any(Number) });
    expect((await here("remove", first.device.id)).stdout).toBe(`Removed ${first.device.id}\n`);
    expect((await here("list")).stdout).not.toContain(first.device.id);
  });

  it("changes nothing behind the back of one that runs elsewhere, and nothing for another machine", async () => {
    const { requestId } = await asks();
    // What a Gateway that is started by its program does first.
    const leases = createFileLease({ dir: path.join(gateway.stateDir, "leases"), clock: systemClock });
    await using _lease = await leases.acquire(gatewayLeaseName, { note: "gateway" });
    const refused = await here("approve", requestId);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("not changed behind its back") });
    expect(refused.stderr).toContain("cannot reach ws://127.0.0.1:9");
    const elsewhere = await home.run(["devices", "list", "--url", "ws://127.0.0.1:9", "--token", "t"]);
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot reach") });
  });
});
