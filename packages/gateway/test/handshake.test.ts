import { helloOk } from "@openclaw/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { manualClock } from "../../storage/src/testing/manual-clock.ts";
import type { ConnectOptions, Json, Response } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";
import { defaultLimits } from "../src/ws/limits.ts";

let gateway: TestGateway;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  return gateway;
};
afterEach(() => gateway.close());

const remote = { host: "gateway.example" };
const auth = (answer: Response) => answer.payload.auth as Json;
const refusal = ({ error }: Response) => ({
  message: error?.message,
  code: error?.details?.code,
  reason: error?.details?.reason,
});

describe("before the handshake", () => {
  it("answers a first request that is no connect, then closes with the same text", async () => {
    await start();
    const client = gateway.open();
    client.send({ type: "req", id: "7", method: "health" });
    const text = "invalid handshake: first request must be connect";
    expect(await client.response("7")).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST", message: text } });
    expect(await client.closed).toEqual({ code: 1008, reason: text });
  });

  it("closes a connection that says nothing", async () => {
    await start({ limits: { handshakeTimeoutMs: 50 } });
    expect(await gateway.open().closed).toEqual({ code: 1008, reason: "handshake timeout" });
    expect(defaultLimits.handshakeTimeoutMs).toBe(10_000);
  });

  it("says in bounded length what is wrong with the connect parameters", async () => {
    await start();
    const client = gateway.open();
    const answer = await client.connect({
      extra: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`é${i}`, i])),
    });
    expect(answer.error?.message).toMatch(/^invalid connect params: at root: unexpected property 'é0'; /);
    const { code, reason } = await client.closed;
    expect(code).toBe(1008);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(120);
    expect(answer.error?.message.startsWith(reason)).toBe(true);
  });
});

describe("protocol versions", () => {
  it("negotiates the highest version of both sides", async () => {
    await start();
    for (const [min, max, protocol] of [
      [3, 3, 3],
      [4, 4, 4],
      [3, 4, 4],
      [1, 99, 4],
    ] as const) {
      const answer = await gateway.open().connect({ min, max });
      expect(answer.payload.protocol).toBe(protocol);
    }
  });

  it("refuses what it does not speak and says what it speaks", async () => {
    await start();
    for (const [version, expectedProtocol] of [
      [2, 3],
      [5, 4],
    ] as const) {
      const client = gateway.open();
      const { error } = await client.connect({ min: version, max: version });
      expect(error).toEqual({
        code: "INVALID_REQUEST",
        message: "protocol mismatch",
        details: {
          code: "PROTOCOL_MISMATCH",
          expectedProtocol,
          clientMinProtocol: version,
          clientMaxProtocol: version,
          minimumProbeProtocol: 3,
        },
      });
      expect(await client.closed).toEqual({ code: 1002, reason: "protocol mismatch" });
    }
  });

  it("announces each version its own fields, and the limits that are in force", async () => {
    await start();
    const v3 = (await gateway.open().connect({ device: createDevice() })).payload;
    const v4 = (await gateway.open().connect({ protocol: 4 })).payload;
    expect(v3.policy).toEqual({ maxPayload: 26_214_400, maxBufferedBytes: 52_428_800, tickIntervalMs: 30_000 });
    expect(Object.keys(v3.server as Json).sort()).toEqual(["connId", "host", "version"]);
    expect(Object.keys(auth({ payload: v3 } as Response)).sort()).toEqual([
      "deviceToken",
      "issuedAtMs",
      "role",
      "scopes",
    ]);
    expect((v4.policy as Json).attachments).toEqual({ maxBytes: 5_000_000, maxImageBytes: 5_000_000 });
    expect(v4.server).toMatchObject({ bootId: expect.any(String), version: "2026.1.1" });
    expect((v4.features as Json).capabilities).toEqual([]);
    expect(v4.auth).toEqual({ method: "token", role: "operator", scopes: ["operator.admin"] });
    for (const hello of [v3, v4]) expect(helloOk.safeParse(hello).error).toBeUndefined();
    expect((v4.server as Json).connId).not.toBe((v3.server as Json).connId);
  });
});

describe("device signatures", () => {
  it("takes every form of the payload that fits the connection", async () => {
    await start();
    const device = createDevice();
    const ways: ConnectOptions[] = [
      { nonce: null, form: "v1" },
      { form: "v2" },
      { form: "v3" },
      { protocol: 4, form: "v2" },
      { protocol: 4, form: "v3" },
      {
        form: "v3",
        client: { platform: " MacOS 15.2 ", deviceFamily: "Mac" },
        deviceFields: { publicKey: device.publicKeyPem },
      },
    ];
    for (const way of ways)
      expect((await gateway.open().connect({ device, ...way })).error, JSON.stringify(way)).toBeUndefined();
  });

  it("refuses a signature of another form, another nonce, another time or another key", async () => {
    await start();
    const device = createDevice();
    const cases: [ConnectOptions, string, string, string][] = [
      [{ form: "v1" }, "device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"],
      [{ nonce: null, form: "v2" }, "device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"],
      [
        { deviceFields: { signature: "!!" } },
        "device signature invalid",
        "DEVICE_AUTH_SIGNATURE_INVALID",
        "device-signature",
      ],
      [
        { nonce: "of-another-connection" },
        "device nonce mismatch",
        "DEVICE_AUTH_NONCE_MISMATCH",
        "device-nonce-mismatch",
      ],
      [{ protocol: 4, nonce: null }, "device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing"],
      [
        { signedAt: Date.now() - 11 * 60_000 },
        "device signature expired",
        "DEVICE_AUTH_SIGNATURE_EXPIRED",
        "device-signature-stale",
      ],
      [
        { signedAt: Date.now() + 11 * 60_000 },
        "device signature expired",
        "DEVICE_AUTH_SIGNATURE_EXPIRED",
        "device-signature-stale",
      ],
      [
        { deviceFields: { id: createDevice().id } },
        "device identity mismatch",
        "DEVICE_AUTH_DEVICE_ID_MISMATCH",
        "device-id-mismatch",
      ],
      [
        { deviceFields: { publicKey: createDevice().publicKey } },
        "device identity mismatch",
        "DEVICE_AUTH_DEVICE_ID_MISMATCH",
        "device-id-mismatch",
      ],
      [{ extra: { role: "node" } }, "device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"],
      [
        { extra: { scopes: ["operator.admin", "operator.more"] } },
        "device signature invalid",
        "DEVICE_AUTH_SIGNATURE_INVALID",
        "device-signature",
      ],
    ];
    for (const [way, message, code, reason] of cases) {
      const client = gateway.open();
      expect(refusal(await client.connect({ device, ...way })), JSON.stringify(way)).toEqual({ message, code, reason });
      expect(await client.closed).toEqual({ code: 1008, reason: message });
    }
    const answer = await gateway.open(remote).connect({ device, nonce: null, form: "v1" });
    expect(refusal(answer).message).toBe("device nonce required");
  });

  it("refuses a connect that was recorded on another connection", async () => {
    await start();
    const device = createDevice();
    const first = gateway.open();
    const nonce = String((await first.event("connect.challenge")).nonce);
    const replayed = await gateway.open().connect({ device, nonce });
    expect(replayed.error?.message).toBe("device nonce mismatch");
  });
});

describe("shared secrets", () => {
  it("accepts only the secret of the configured mode, on version 4 in either field", async () => {
    await start({ config: { gateway: { auth: { mode: undefined, token: "right", password: "also-there" } } } });
    expect((await gateway.open().connect({ auth: { token: "right" } })).ok).toBe(true);
    expect((await gateway.open().connect({ auth: { password: "also-there" } })).error?.message).toMatch(
      /token missing/,
    );
    expect((await gateway.open().connect({ auth: { password: "right" } })).error?.message).toMatch(/token missing/);
    expect((await gateway.open().connect({ protocol: 4, auth: { password: "right" } })).ok).toBe(true);
    expect((await gateway.open().connect({ auth: { token: "" }, device: createDevice() })).error?.message).toMatch(
      /token missing/,
    );
  });

  it("tells a command line where its token belongs", async () => {
    await start();
    const client = gateway.open();
    const answer = await client.connect({ auth: { token: "wrong" } });
    const message = "unauthorized: gateway token mismatch (set gateway.remote.token to match gateway.auth.token)";
    expect(answer.error).toEqual({
      code: "INVALID_REQUEST",
      message,
      details: {
        code: "AUTH_TOKEN_MISMATCH",
        authReason: "token_mismatch",
        canRetryWithDeviceToken: false,
        recommendedNextStep: "update_auth_credentials",
      },
    });
    expect(await client.closed).toEqual({ code: 1008, reason: message });
    expect(gateway.log()).not.toContain("wrong");
  });

  it("offers a device to try its own token", async () => {
    await start();
    const answer = await gateway.open().connect({ auth: { token: "wrong" }, device: createDevice() });
    expect(answer.error?.details).toMatchObject({
      canRetryWithDeviceToken: true,
      recommendedNextStep: "retry_with_device_token",
    });
  });

  it("refuses a node without a device, even with the right token", async () => {
    await start();
    const answer = await gateway
      .open()
      .connect({ role: "node", scopes: [], client: { id: "node-host", mode: "node" } });
    expect(answer.error).toMatchObject({
      code: "NOT_PAIRED",
      message: "device identity required",
      details: { code: "DEVICE_IDENTITY_REQUIRED" },
    });
  });
});

describe("pairing", () => {
  const options: ConnectOptions = { scopes: ["operator.read"], client: { displayName: "Phone" } };

  it("holds a remote device back until it is approved, with one request as long as it asks for the same", async () => {
    await start();
    const operator = await gateway.connect();
    const device = createDevice();
    const client = gateway.open(remote);
    const first = await client.connect({ ...options, device });
    const requestId = first.error?.details?.requestId;
    expect(first.error).toMatchObject({
      code: "NOT_PAIRED",
      message: "pairing required",
      details: { code: "PAIRING_REQUIRED", reason: "not-paired" },
    });
    expect(await client.closed).toEqual({ code: 1008, reason: "pairing required" });
    const announced = await operator.event("device.pair.requested");
    expect(announced).toMatchObject({
      requestId,
      deviceId: device.id,
      displayName: "Phone",
      silent: false,
      isRepair: false,
    });

    const again = await gateway.open(remote).connect({ ...options, device });
    expect(again.error?.details?.requestId).toBe(requestId);
    expect(operator.events("device.pair.requested")).toHaveLength(1);

    const wider = await gateway
      .open(remote)
      .connect({ ...options, device, scopes: ["operator.read", "operator.write"] });
    expect(wider.error?.details?.requestId).not.toBe(requestId);
    expect((await operator.request("device.pair.approve", { requestId })).error?.message).toBe("unknown requestId");
    const back = await gateway.open(remote).connect({ ...options, device });
    const current = back.error?.details?.requestId;
    const approved = await operator.request("device.pair.approve", { requestId: current });
    expect(approved.payload).toMatchObject({
      requestId: current,
      device: { deviceId: device.id, scopes: ["operator.read"] },
    });
    expect(JSON.stringify(approved.payload)).not.toContain('"token"');
    expect((await gateway.open(remote).connect({ ...options, device })).ok).toBe(true);
  });

  it("tells version 4 why, and how to go on", async () => {
    await start();
    const device = createDevice();
    const client = gateway.open(remote);
    const { error } = await client.connect({ ...options, protocol: 4, device });
    expect(error?.message).toBe("pairing required: device is not approved yet");
    expect(error?.details).toMatchObject({
      requestedRole: "operator",
      requestedScopes: ["operator.read"],
      recommendedNextStep: "wait_then_retry",
      pauseReconnect: false,
    });
    expect((await client.closed).reason).toBe(`${error?.message} (requestId: ${error?.details?.requestId})`);
  });

  it("lets a device's own token in, for no more than it was given", async () => {
    await start();
    const device = createDevice();
    const scopes = ["operator.read", "operator.write"];
    const hello = await gateway.open().connect({ device, scopes });
    const token = String(auth(hello).deviceToken);
    expect(token).toMatch(/^[\w-]{43}$/);
    const base = { device, scopes, auth: { token } };
    expect(auth(await gateway.open(remote).connect(base)).deviceToken).toBe(token);
    expect((await gateway.open(remote).connect({ ...base, scopes: ["operator.read"] })).ok).toBe(true);
    const v4 = await gateway.open(remote).connect({ ...base, protocol: 4, auth: { deviceToken: token } });
    expect(auth(v4)).toMatchObject({ method: "device-token", scopes });

    expect((await gateway.open(remote).connect({ ...base, scopes: ["operator.admin"] })).error?.message).toMatch(
      /token mismatch/,
    );
    const wider = await gateway.open(remote).connect({ ...base, protocol: 4, scopes: ["operator.admin"] });
    expect(wider.error?.details?.code).toBe("AUTH_SCOPE_MISMATCH");
    const asNode = { ...base, role: "node", scopes: [], client: { id: "node-host", mode: "node" } };
    expect((await gateway.open(remote).connect(asNode)).error?.message).toMatch(/token mismatch/);
    expect((await gateway.open(remote).connect({ ...base, device: undefined })).error?.message).toMatch(
      /token mismatch/,
    );
    expect((await gateway.open(remote).connect({ ...base, device: createDevice() })).error?.message).toMatch(
      /token mismatch/,
    );
  });

  it("lets a device's own token in when a password is configured", async () => {
    await start({ config: { gateway: { auth: { mode: "password", token: undefined, password: "pass" } } } });
    const device = createDevice();
    const hello = await gateway.open().connect({ device, scopes: ["operator.read"], auth: { password: "pass" } });
    const token = auth(hello).deviceToken;
    expect((await gateway.open(remote).connect({ device, scopes: ["operator.read"], auth: { token } })).ok).toBe(true);
  });

  it.each([
    ["token", { token: "t0k" }],
    ["password", { mode: "password", token: undefined, password: "t0k" }],
  ])("lets a device that was approved from afar come back with its own token alone: %s", async (kind, secret) => {
    await start({ config: { gateway: { auth: secret } } });
    const shared = { auth: { [kind]: "t0k" } };
    const operator = await gateway.connect(shared);
    const device = createDevice();
    const asked = { ...options, device, ...shared };
    const refused = await gateway.open(remote).connect(asked);
    await operator.request("device.pair.approve", { requestId: refused.error?.details?.requestId });
    const token = auth(await gateway.open(remote).connect(asked)).deviceToken;
    const own = { ...options, protocol: 4 as const, device, auth: { deviceToken: token } };
    expect((await gateway.open(remote).connect(own)).ok).toBe(true);
    const wider = await gateway.open(remote).connect({ ...own, scopes: ["operator.read", "operator.write"] });
    expect(wider.error?.details?.code).toBe("AUTH_SCOPE_MISMATCH");
    const asNode = { ...own, role: "node", scopes: [], client: { id: "node-host", mode: "node" } };
    expect((await gateway.open(remote).connect(asNode)).error?.details?.code).toBe("AUTH_DEVICE_TOKEN_MISMATCH");
    expect((await gateway.open(remote).connect({ ...own, device: undefined })).ok).toBe(false);
  });

  it("closes the connections of a revoked token and refuses it from then on", async () => {
    await start();
    const operator = await gateway.connect();
    const device = createDevice();
    const client = gateway.open();
    const hello = await client.connect({ device, scopes: ["operator.read"] });
    await operator.request("device.token.revoke", { deviceId: device.id, role: "operator" });
    expect(await client.closed).toEqual({ code: 1008, reason: "device token revoked" });
    const token = auth(hello).deviceToken;
    const refused = await gateway.open(remote).connect({ device, scopes: ["operator.read"], auth: { token } });
    expect(refused.error?.message).toMatch(/token mismatch/);
    await gateway.restart();
    expect((await gateway.open(remote).connect({ device, scopes: ["operator.read"], auth: { token } })).ok).toBe(false);
  });

  it("replaces a rotated token and grants no role or scope beyond the approved ones", async () => {
    await start();
    const operator = await gateway.connect();
    const device = createDevice();
    const scopes = ["operator.read", "operator.write"];
    const old = auth(await gateway.open().connect({ device, scopes })).deviceToken;
    const rotate = (more: Json) =>
      operator.request("device.token.rotate", { deviceId: device.id, role: "operator", ...more });
    expect((await rotate({ role: "node" })).error?.message).toBe("unknown deviceId/role");
    expect((await rotate({ scopes: ["operator.admin"] })).error?.message).toBe("unknown deviceId/role");
    const { payload } = await rotate({ scopes: ["operator.read"] });
    const connect = (token: unknown) =>
      gateway.open(remote).connect({ device, scopes: ["operator.read"], auth: { token } });
    expect((await connect(old)).ok).toBe(false);
    expect((await connect(payload.token)).ok).toBe(true);
  });

  it("lets an approver hand out no scope it does not hold", async () => {
    await start();
    const approver = await gateway.connect({ scopes: ["operator.pairing", "operator.read"] });
    const ask = async (scopes: string[]) => {
      const answer = await gateway.open(remote).connect({ device: createDevice(), scopes });
      return approver.request("device.pair.approve", { requestId: answer.error?.details?.requestId });
    };
    expect((await ask(["operator.read", "operator.write"])).error?.message).toBe("missing scope: operator.write");
    expect((await ask(["operator.read"])).ok).toBe(true);
  });

  it("forgets a request after five minutes", async () => {
    const clock = manualClock();
    await start({ clock });
    const operator = await gateway.connect();
    const { error } = await gateway.open(remote).connect({ ...options, device: createDevice() });
    clock.advance(5 * 60_000 + 1);
    expect((await operator.request("device.pair.list", {})).payload.pending).toEqual([]);
    const late = await operator.request("device.pair.approve", { requestId: error?.details?.requestId });
    expect(late.error?.message).toBe("unknown requestId");
  });

  it("never believes a forwarded address of a peer that is no trusted proxy", async () => {
    await start();
    for (const forwarded of ["127.0.0.1", "203.0.113.5"]) {
      const headers = { "x-forwarded-for": forwarded };
      const answer = await gateway.open({ headers }).connect({ ...options, device: createDevice() });
      expect(answer.error?.message).toBe("pairing required");
      const unsigned = await gateway.open({ headers }).connect({ ...options, device: createDevice(), nonce: null });
      expect(unsigned.error?.message).toBe("device nonce required");
    }
    expect(gateway.log()).toMatch(/Proxy headers detected from untrusted address/);
  });

  it("takes the address a trusted proxy names, and notes it with the request", async () => {
    await start({ config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const operator = await gateway.connect();
    const through = (address: string) => gateway.open({ headers: { "x-forwarded-for": address } });
    await through("203.0.113.5").connect({ ...options, device: createDevice() });
    expect(await operator.event("device.pair.requested")).toMatchObject({ remoteIp: "203.0.113.5" });
    expect((await through("127.0.0.1").connect({ ...options, device: createDevice() })).ok).toBe(true);
  });
});

describe("pages in a browser", () => {
  const page: ConnectOptions = { client: { id: "openclaw-control-ui", mode: "ui" } };
  const text =
    "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)";

  it("are refused from foreign, missing and opaque origins, even with the right token", async () => {
    await start();
    for (const origin of ["https://evil.example", undefined, "null", "nonsense"]) {
      for (const client of [
        page.client,
        { id: "webchat", mode: "webchat" },
        { id: "cli", mode: "WebChat ".trim().toLowerCase() },
      ]) {
        const socket = gateway.open(origin === undefined ? {} : { origin });
        const answer = await socket.connect({ client: { ...client }, device: createDevice() });
        expect(answer.error?.message, String(origin)).toBe(text);
        expect(await socket.closed).toEqual({ code: 1008, reason: text });
      }
    }
  });

  it("are let in from loopback on any port, from the same host and from allowed origins", async () => {
    await start({ config: { gateway: { controlUi: { allowedOrigins: ["https://ui.example"] } } } });
    for (const origin of ["http://localhost:5173", `http://127.0.0.1:${gateway.port}`, "https://UI.example"]) {
      const answer = await gateway.open({ origin }).connect({ ...page, device: createDevice() });
      expect(answer.error, origin).toBeUndefined();
    }
  });

  it("need a device, unless the configuration says otherwise and the secret is right", async () => {
    const origin = "http://localhost:5173";
    await start();
    expect((await gateway.open({ origin }).connect(page)).error).toMatchObject({
      message: "control ui requires HTTPS or localhost (secure context)",
      details: { code: "CONTROL_UI_DEVICE_IDENTITY_REQUIRED" },
    });
    await gateway.close();
    await start({ config: { gateway: { controlUi: { allowInsecureAuth: true } } } });
    expect((await gateway.open({ origin }).connect(page)).ok).toBe(true);
    expect((await gateway.open({ origin }).connect({ ...page, auth: { token: "wrong" } })).ok).toBe(false);
    expect((await gateway.open({ origin }).connect({ ...page, auth: null })).ok).toBe(false);
  });

  it("get no token for what nobody approved, though the secret alone lets them in", async () => {
    await start({ config: { gateway: { controlUi: { allowInsecureAuth: true } } } });
    const device = createDevice();
    await gateway.connect({ device, scopes: ["operator.read"] });
    const wide = gateway.open({ host: "192.0.2.9", origin: "http://192.0.2.9" });
    const hello = await wide.connect({ ...page, device });
    expect(hello.ok).toBe(true);
    expect(hello.payload.auth).toBeUndefined();
    const { payload } = await wide.request("device.pair.list", {});
    expect(payload.paired).toMatchObject([{ deviceId: device.id, scopes: ["operator.read"] }]);
  });

  it("cannot reach the Gateway by a name that was made to point here", async () => {
    await start();
    const rebound = gateway.open({
      host: `evil.example:${gateway.port}`,
      origin: `http://evil.example:${gateway.port}`,
    });
    expect((await rebound.closed).code).toBe(1006);
    const program = gateway.open({ host: `some.name:${gateway.port}` });
    expect((await program.connect()).ok).toBe(true);
  });
});

describe("failed logins", () => {
  it("lock an address out for five minutes, and nobody else", async () => {
    const clock = manualClock();
    await start({ clock, config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const from = (address: string) => gateway.open({ headers: { "x-forwarded-for": address } });
    const wrong = { auth: { token: "wrong" } };
    for (let attempt = 1; attempt <= 10; attempt++) {
      expect((await from("203.0.113.5").connect(wrong)).error?.details?.code).toBe("AUTH_TOKEN_MISMATCH");
    }
    const locked = await from("203.0.113.5").connect(wrong);
    expect(locked.error).toEqual({
      code: "INVALID_REQUEST",
      message: "unauthorized: too many failed authentication attempts (retry later)",
      retryable: true,
      retryAfterMs: 300_000,
      details: {
        code: "AUTH_RATE_LIMITED",
        authReason: "rate_limited",
        canRetryWithDeviceToken: false,
        recommendedNextStep: "wait_then_retry",
      },
    });
    clock.advance(299_000);
    expect((await from("203.0.113.5").connect()).error).toMatchObject({ retryAfterMs: 1000 });
    expect((await from("203.0.113.6").connect()).ok).toBe(true);
    clock.advance(1000);
    expect((await from("203.0.113.5").connect()).ok).toBe(true);
  });

  it("count only wrong secrets, within a minute, and never those of a program on this machine", async () => {
    const clock = manualClock();
    await start({ clock, config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const from = (address: string) => gateway.open({ headers: { "x-forwarded-for": address } });
    for (let attempt = 0; attempt < 12; attempt++) {
      await from("203.0.113.5").connect({ auth: null, device: createDevice() });
      await from("203.0.113.6").connect({ auth: { token: "wrong" } });
      clock.advance(7000);
      await gateway.open().connect({ auth: { token: "wrong" } });
    }
    expect((await from("203.0.113.5").connect()).ok).toBe(true);
    expect((await from("203.0.113.6").connect()).ok).toBe(true);
    for (let attempt = 0; attempt < 11; attempt++) {
      expect((await gateway.open().connect({ auth: { token: "wrong" } })).error?.details?.code).toBe(
        "AUTH_TOKEN_MISMATCH",
      );
    }
    expect((await gateway.open().connect()).ok).toBe(true);
  });

  it("do not count a right device token that asks for too much", async () => {
    const clock = manualClock();
    await start({ clock, config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const device = createDevice();
    const hello = await gateway.open().connect({ device, scopes: ["operator.read"] });
    const token = auth(hello).deviceToken;
    const headers = { "x-forwarded-for": "203.0.113.5" };
    for (const protocol of [3, 4] as const) {
      for (let attempt = 0; attempt < 11; attempt++) {
        const { error } = await gateway.open({ headers }).connect({ protocol, device, auth: { token } });
        expect(error?.details?.code).toBe(protocol === 3 ? "AUTH_TOKEN_MISMATCH" : "AUTH_SCOPE_MISMATCH");
      }
    }
    expect((await gateway.open({ headers }).connect({ device, scopes: ["operator.read"], auth: { token } })).ok).toBe(
      true,
    );
  });

  it("with the shared secret do not keep a device out that uses its own token", async () => {
    await start({ clock: manualClock(), config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const device = createDevice();
    const hello = await gateway.open().connect({ protocol: 4, device, scopes: ["operator.read"] });
    const headers = { "x-forwarded-for": "203.0.113.5" };
    for (let attempt = 0; attempt < 11; attempt++)
      await gateway.open({ headers }).connect({ auth: { token: "wrong" } });
    expect((await gateway.open({ headers }).connect()).error?.details?.code).toBe("AUTH_RATE_LIMITED");
    const own = {
      protocol: 4 as const,
      device,
      scopes: ["operator.read"],
      auth: { deviceToken: auth(hello).deviceToken },
    };
    expect((await gateway.open({ headers }).connect(own)).ok).toBe(true);
  });

  it("keep wrong device tokens apart from wrong secrets", async () => {
    const clock = manualClock();
    await start({ clock, config: { gateway: { trustedProxies: ["127.0.0.1"] } } });
    const device = createDevice();
    await gateway.connect({ device, scopes: ["operator.read"] });
    const headers = { "x-forwarded-for": "203.0.113.5" };
    const guess = (token: string) =>
      gateway
        .open({ headers })
        .connect({ protocol: 4, device, scopes: ["operator.read"], auth: { deviceToken: token } });
    for (let attempt = 0; attempt < 10; attempt++) await guess(`guess-${attempt}`);
    expect((await guess("guess")).error?.details?.code).toBe("AUTH_RATE_LIMITED");
    expect((await gateway.open({ headers }).connect()).ok).toBe(true);
  });
});
