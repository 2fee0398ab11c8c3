import crypto from "node:crypto";
import {
  type ConnectionState,
  createGatewayClient,
  type DeviceIdentity,
  type DeviceTokenStore,
  type GatewayClient,
  GatewayClientError,
  type GatewayClientOptions,
  type StoredDeviceToken,
} from "@openclaw/client";
import { signedPayload } from "@openclaw/protocol/wire";
import { afterEach, describe, expect, it } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { challenge, helloOk, type ScriptedGateway, scriptedGateway } from "./scripted-gateway.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close();
});

async function gateway(options?: { greet?: boolean }): Promise<ScriptedGateway> {
  const server = await scriptedGateway(options);
  opened.push(server);
  return server;
}

function client(server: ScriptedGateway, options: Partial<GatewayClientOptions> = {}): GatewayClient {
  const created = createGatewayClient({
    url: server.url,
    client: { id: "test", version: "1.0.0", platform: "linux", mode: "test" },
    reconnect: false,
    ...options,
  });
  opened.push(created);
  return created;
}

/** Resolves with the next state of a kind; pass `onState` to the client. */
function states() {
  const seen: ConnectionState[] = [];
  let wake: (() => void) | undefined;
  return {
    seen,
    onState(state: ConnectionState) {
      seen.push(state);
      wake?.();
    },
    async until<K extends ConnectionState["kind"]>(kind: K, count = 1): Promise<Extract<ConnectionState, { kind: K }>> {
      for (;;) {
        const found = seen.filter((state): state is Extract<ConnectionState, { kind: K }> => state.kind === kind);
        const wanted = found[count - 1];
        if (wanted) return wanted;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function device() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const identity: DeviceIdentity = {
    deviceId: crypto.createHash("sha256").update(raw).digest("hex"),
    publicKey: raw.toString("base64url"),
    sign: async (text) => crypto.sign(null, Buffer.from(text), privateKey).toString("base64url"),
  };
  const verify = (text: string, signature: string) =>
    crypto.verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64url"));
  return { identity, verify };
}

function tokenStore(initial: StoredDeviceToken[] = []): DeviceTokenStore & { tokens: Map<string, StoredDeviceToken> } {
  const tokens = new Map(initial.map((token) => [token.role, token]));
  return {
    tokens,
    get: async (_deviceId, role) => tokens.get(role),
    set: async (_deviceId, token) => void tokens.set(token.role, token),
    delete: async (_deviceId, role) => void tokens.delete(role),
  };
}

const mismatch = {
  code: "INVALID_REQUEST",
  message: "unauthorized: gateway token mismatch (provide gateway auth token)",
  details: {
    code: "AUTH_TOKEN_MISMATCH",
    recommendedNextStep: "retry_with_device_token",
    canRetryWithDeviceToken: true,
  },
};

describe("the handshake", () => {
  it("sends who it is, what it wants and the shared token, and resolves with the hello", async () => {
    const server = await gateway();
    const subject = client(server, {
      credentials: () => ({ token: "secret" }),
      scopes: ["operator.read"],
      caps: ["tool-events"],
      locale: "de",
      userAgent: "test/1",
    });
    const hello = subject.connect();
    const request = await (await server.accept()).welcome({ protocol: 4 });

    expect((await hello).protocol).toBe(4);
    expect(subject.state.kind).toBe("connected");
    expect(request).toMatchObject({
      method: "connect",
      params: {
        minProtocol: 3,
        maxProtocol: 4,
        client: { id: "test", version: "1.0.0", platform: "linux", mode: "test" },
        role: "operator",
        scopes: ["operator.read"],
        caps: ["tool-events"],
        auth: { token: "secret" },
        locale: "de",
        userAgent: "test/1",
      },
    });
  });

  it("signs the challenge's nonce, scopes and token as payload v2", async () => {
    const server = await gateway();
    const { identity, verify } = device();
    const clock = manualClock();
    const subject = client(server, {
      identity,
      clock,
      credentials: () => ({ token: "secret" }),
      scopes: ["operator.read", "operator.write"],
    });
    const hello = subject.connect();
    const { params } = await (await server.accept()).welcome();
    await hello;

    const sent = params.device as { id: string; signature: string; signedAt: number; nonce: string };
    const text = signedPayload("v2", {
      deviceId: identity.deviceId,
      clientId: "test",
      clientMode: "test",
      role: "operator",
      scopes: ["operator.read", "operator.write"],
      signedAtMs: clock.now(),
      token: "secret",
      nonce: challenge.nonce,
    });
    expect(sent).toMatchObject({ id: identity.deviceId, signedAt: clock.now(), nonce: challenge.nonce });
    expect(verify(text, sent.signature)).toBe(true);
  });

  it("connects without a nonce and signs payload v1 when no challenge comes for 750 ms", async () => {
    const server = await gateway({ greet: false });
    const { identity, verify } = device();
    const clock = manualClock();
    const subject = client(server, { identity, clock });
    const hello = subject.connect();
    const peer = await server.accept();
    await expect.poll(() => clock.planned()).toContain(750);
    clock.advance(750);
    const { params } = await peer.welcome();
    await hello;

    const sent = params.device as { signature: string; nonce?: string };
    expect(sent.nonce).toBeUndefined();
    const fields = {
      deviceId: identity.deviceId,
      clientId: "test",
      clientMode: "test",
      role: "operator",
      scopes: ["operator.admin"],
    };
    expect(verify(signedPayload("v1", { ...fields, signedAtMs: clock.now() }), sent.signature)).toBe(true);
  });

  it("rejects with the Gateway's refusal and closes with 4008", async () => {
    const server = await gateway();
    const subject = client(server, { credentials: () => ({ token: "wrong" }) });
    const hello = subject.connect();
    const peer = await server.accept();
    peer.refuse(await peer.next(), mismatch);

    const error = await hello.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayClientError);
    expect(error).toMatchObject({
      code: "refused",
      message: mismatch.message,
      refusal: { details: { code: "AUTH_TOKEN_MISMATCH" } },
    });
    expect(await peer.closed).toEqual({ code: 4008, reason: "connect failed" });
    expect(subject.state).toMatchObject({ kind: "closed", error: { code: "refused" } });
  });

  it("rejects an answer that is no hello-ok", async () => {
    const server = await gateway();
    const hello = client(server).connect();
    const peer = await server.accept();
    peer.answer(await peer.next(), { type: "something-else" });
    await expect(hello).rejects.toMatchObject({ code: "connect-failed" });
  });

  it("says that an address cannot be reached or opened", async () => {
    const server = await scriptedGateway();
    await server.close();
    await expect(client(server).connect()).rejects.toMatchObject({
      code: "disconnected",
      message: `cannot reach ${server.url}`,
    });
    await expect(client(server, { url: "no address" }).connect()).rejects.toMatchObject({ code: "connect-failed" });
  });

  it("gives up a Gateway that accepts the socket and never says hello", async () => {
    const server = await gateway();
    const clock = manualClock();
    const subject = client(server, { clock });
    const hello = subject.connect();
    await (await server.accept()).next();
    clock.advance(15_000);
    await expect(hello).rejects.toMatchObject({ code: "disconnected" });
  });
});

describe("device tokens", () => {
  const stored = { token: "device-token", role: "operator", scopes: ["operator.admin"], updatedAtMs: 1 };

  it("stores the token the Gateway gives, with sorted scopes", async () => {
    const server = await gateway();
    const deviceTokens = tokenStore();
    const subject = client(server, { identity: device().identity, deviceTokens, clock: manualClock(5_000) });
    const hello = subject.connect();
    await (await server.accept()).welcome({
      auth: { deviceToken: "fresh", role: "operator", scopes: ["operator.write", "operator.read"] },
    });
    await hello;
    expect(deviceTokens.tokens.get("operator")).toEqual({
      token: "fresh",
      role: "operator",
      scopes: ["operator.read", "operator.write"],
      updatedAtMs: 5_000,
    });
  });

  it("prefers the stored token to the shared one", async () => {
    const server = await gateway();
    const subject = client(server, {
      identity: device().identity,
      deviceTokens: tokenStore([stored]),
      credentials: () => ({ token: "shared" }),
    });
    const hello = subject.connect();
    const { params } = await (await server.accept()).welcome();
    await hello;
    expect(params.auth).toEqual({ token: "device-token" });
  });

  it("uses the shared token when the stored one does not cover the scopes", async () => {
    const server = await gateway();
    const deviceTokens = tokenStore([{ ...stored, scopes: ["operator.read"] }]);
    const subject = client(server, {
      identity: device().identity,
      deviceTokens,
      credentials: () => ({ token: "shared" }),
    });
    const hello = subject.connect();
    const { params } = await (await server.accept()).welcome();
    await hello;
    expect(params.auth).toEqual({ token: "shared" });
  });

  it("drops a refused stored token and tries the shared one at once, also without reconnecting", async () => {
    const server = await gateway();
    const deviceTokens = tokenStore([stored]);
    const subject = client(server, {
      identity: device().identity,
      deviceTokens,
      credentials: () => ({ token: "shared" }),
    });
    const hello = subject.connect();
    const first = await server.accept();
    first.refuse(await first.next(), mismatch);
    const { params } = await (await server.accept()).welcome();
    await hello;
    expect(params.auth).toEqual({ token: "shared" });
    expect(deviceTokens.tokens.size).toBe(0);
  });

  it("keeps a stored token that was refused for another reason or without an alternative", async () => {
    const server = await gateway();
    const deviceTokens = tokenStore([stored]);
    const withShared = client(server, {
      identity: device().identity,
      deviceTokens,
      credentials: () => ({ token: "shared" }),
    });
    const first = withShared.connect();
    const one = await server.accept();
    one.refuse(await one.next(), {
      code: "INVALID_REQUEST",
      message: "origin not allowed",
      details: { code: "CONTROL_UI_ORIGIN_NOT_ALLOWED" },
    });
    await expect(first).rejects.toMatchObject({ message: "origin not allowed" });

    const alone = client(server, {
      identity: device().identity,
      deviceTokens,
      reconnect: { firstMs: 1, factor: 1, maxMs: 1 },
    });
    const second = alone.connect();
    const two = await server.accept();
    two.refuse(await two.next(), mismatch);
    await expect(second).rejects.toMatchObject({ refusal: { message: mismatch.message } });
    expect(deviceTokens.tokens.get("operator")).toEqual(stored);
    expect(server.connections).toBe(2);
  });
});

describe("requests", () => {
  async function connected(options: Partial<GatewayClientOptions> = {}) {
    const server = await gateway();
    const subject = client(server, options);
    const hello = subject.connect();
    const peer = await server.accept();
    await peer.welcome();
    await hello;
    return { server, subject, peer };
  }

  it("resolve with the payload of the answer that has their id", async () => {
    const { subject, peer } = await connected();
    const health = subject.request("health", {});
    const list = subject.request("sessions.list", { limit: 1 });
    const [first, second] = [await peer.next(), await peer.next()];
    expect(second).toMatchObject({ method: "sessions.list", params: { limit: 1 } });
    peer.answer(second, { sessions: [] });
    peer.answer(first, { ok: true });
    expect(await list).toEqual({ sessions: [] });
    expect(await health).toEqual({ ok: true });
  });

  it("reject with code, message, details and payload of a refusal", async () => {
    const { subject, peer } = await connected();
    const call = subject.call("plugin.method", { a: 1 });
    peer.refuse(
      await peer.next(),
      { code: "UNAVAILABLE", message: "later", details: { why: "x" }, retryable: true },
      { status: "error" },
    );
    const error = await call.catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: "refused",
      message: "later",
      refusal: { code: "UNAVAILABLE", details: { why: "x" }, retryable: true },
      payload: { status: "error" },
    });
  });

  it("time out after their own limit or the client's, and not while they wait for a final answer", async () => {
    const clock = manualClock();
    const { subject, peer } = await connected({ clock, requestTimeoutMs: 10_000 });
    const own = subject.request("health", {}, { timeoutMs: 1_000 });
    const general = subject.request("status", {});
    const final = subject.request("agent", { message: "hi", idempotencyKey: "k" }, { expectFinal: true });
    const outcome = Promise.allSettled([own, general]);
    for (let index = 0; index < 2; index += 1) await peer.next();
    const agent = await peer.next();
    clock.advance(10_000);
    expect(await outcome).toMatchObject([
      { status: "rejected", reason: { code: "timeout", message: "health was not answered within 1000 ms" } },
      { status: "rejected", reason: { code: "timeout" } },
    ]);
    peer.answer(agent, { runId: "k", status: "accepted" });
    peer.answer(agent, { runId: "k", status: "ok", summary: "completed" });
    expect(await final).toMatchObject({ status: "ok" });
  });

  it("resolve with the first answer when no final one is expected", async () => {
    const { subject, peer } = await connected();
    const agent = subject.request("agent", { message: "hi", idempotencyKey: "k" });
    peer.answer(await peer.next(), { runId: "k", status: "accepted", acceptedAt: 1 });
    expect(await agent).toMatchObject({ status: "accepted" });
  });

  it("are rejected when the connection ends, when the client is closed, and when there is no connection", async () => {
    const { subject, peer } = await connected();
    const lost = subject.request("health", {});
    await peer.next();
    peer.close(1012, "service restart");
    await expect(lost).rejects.toMatchObject({
      code: "disconnected",
      closeCode: 1012,
      message: "disconnected (1012): service restart",
    });
    await expect(subject.request("health", {})).rejects.toMatchObject({ code: "disconnected" });

    const second = await connected();
    const open = second.subject.request("health", {});
    second.subject.close();
    await expect(open).rejects.toMatchObject({ code: "closed" });
    expect(second.subject.state).toEqual({ kind: "closed" });
  });

  it("survive frames that make no sense", async () => {
    const { subject, peer } = await connected();
    const health = subject.request("health", {});
    const request = await peer.next();
    for (const text of [
      "",
      "null",
      "[]",
      "{",
      '{"type":"res"}',
      '{"type":"event"}',
      '{"type":"res","id":"99","ok":true}',
    ])
      peer.sendText(text);
    peer.send({ type: "res", id: request.id, ok: false });
    await expect(health).rejects.toMatchObject({ code: "refused", refusal: { code: "UNAVAILABLE" } });
  });
});

describe("events", () => {
  it("reach the listeners of their name until these stop, and gaps are reported", async () => {
    const server = await gateway();
    const gaps: [number, number][] = [];
    const ticks: number[] = [];
    const subject = client(server, { onGap: (expected, received) => gaps.push([expected, received]) });
    const stop = subject.on("tick", ({ ts }) => ticks.push(ts));
    const hello = subject.connect();
    const peer = await server.accept();
    await peer.welcome();
    await hello;

    peer.event("tick", { ts: 1 }, 1);
    peer.event("presence", { presence: [] }, 2);
    peer.event("tick", { ts: 2 }, 5);
    await roundTrip(subject, peer);
    stop();
    peer.event("tick", { ts: 3 }, 6);
    await roundTrip(subject, peer);
    expect(ticks).toEqual([1, 2]);
    expect(gaps).toEqual([[3, 5]]);
  });
});

describe("reconnecting", () => {
  const delays = { firstMs: 800, factor: 1.7, maxMs: 2_000 };

  it("comes back with growing delays, keeps listeners, and starts again from the shortest after a hello", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const restarted: string[] = [];
    subject.on("shutdown", ({ reason }) => restarted.push(reason));
    const hello = subject.connect();
    const first = await server.accept();
    await first.welcome();
    await hello;

    first.close(1012, "service restart");
    expect(await log.until("waiting")).toMatchObject({ retryInMs: 800, error: { closeCode: 1012 } });
    clock.advance(800);
    (await server.accept()).drop();
    expect(await log.until("waiting", 2)).toMatchObject({ retryInMs: 1_360 });
    clock.advance(1_360);
    (await server.accept()).drop();
    expect(await log.until("waiting", 3)).toMatchObject({ retryInMs: 2_000 });
    clock.advance(2_000);
    const last = await server.accept();
    await last.welcome();
    await log.until("connected", 2);
    last.event("shutdown", { reason: "gateway stopping" }, 1);
    await roundTrip(subject, last);
    expect(restarted).toEqual(["gateway stopping"]);
    last.drop();
    expect(await log.until("waiting", 4)).toMatchObject({ retryInMs: 800 });
  });

  it("resolves connect() once a later attempt succeeds, and tries at once when asked again", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const hello = subject.connect();
    (await server.accept()).drop();
    await log.until("waiting");
    const again = subject.connect();
    await (await server.accept()).welcome();
    expect(await hello).toEqual(await again);
    expect(clock.planned()).toEqual([30_000]); // the watchdog; no second attempt is planned
  });

  it("waits as long as a Gateway that is starting asks for", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const hello = subject.connect();
    const peer = await server.accept();
    peer.refuse(await peer.next(), {
      code: "UNAVAILABLE",
      message: "gateway starting",
      retryable: true,
      retryAfterMs: 500,
    });
    expect(await log.until("waiting")).toMatchObject({ retryInMs: 500 });
    clock.advance(500);
    await (await server.accept()).welcome();
    await hello;
  });

  it("goes on while a pairing waits for approval and stops at wrong credentials", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const hello = subject.connect();
    const first = await server.accept();
    first.refuse(await first.next(), { code: "NOT_PAIRED", message: "pairing required", details: { requestId: "r1" } });
    expect(await log.until("waiting")).toMatchObject({ error: { refusal: { details: { requestId: "r1" } } } });
    clock.advance(800);
    const second = await server.accept();
    second.refuse(await second.next(), mismatch);
    await expect(hello).rejects.toMatchObject({ code: "refused" });
    expect(subject.state).toMatchObject({ kind: "closed", error: { refusal: { code: "INVALID_REQUEST" } } });
    expect(clock.planned()).toEqual([]);
  });

  it("reads the credentials again for every attempt", async () => {
    const server = await gateway();
    let token = "old";
    const subject = client(server, { credentials: () => ({ token }) });
    const refused = subject.connect();
    const first = await server.accept();
    first.refuse(await first.next(), mismatch);
    await expect(refused).rejects.toThrow();
    token = "new";
    const hello = subject.connect();
    const { params } = await (await server.accept()).welcome();
    await hello;
    expect(params.auth).toEqual({ token: "new" });
  });

  it("gives up a connection that stays silent for two tick intervals, even when the peer never confirms", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const hello = subject.connect();
    const peer = await server.accept();
    await peer.welcome({ policy: { maxPayload: 1, maxBufferedBytes: 1, tickIntervalMs: 1_000 } });
    await hello;
    clock.advance(1_500);
    peer.event("tick", { ts: 1 }, 1);
    await roundTrip(subject, peer);
    clock.advance(1_600);
    expect(subject.state.kind).toBe("connected");
    clock.advance(1_400);
    expect(subject.state).toMatchObject({ kind: "waiting", error: { closeCode: 4000 } });
    expect(await peer.closed).toEqual({ code: 4000, reason: "tick timeout" });
  });

  it("stays closed after close(), whatever it was doing", async () => {
    const server = await gateway();
    const clock = manualClock();
    const log = states();
    const subject = client(server, { clock, reconnect: delays, onState: log.onState });
    const hello = subject.connect();
    const refusal = expect(hello).rejects.toMatchObject({ code: "closed" });
    (await server.accept()).drop();
    await log.until("waiting");
    subject.close();
    await refusal;
    clock.advance(60_000);
    expect(subject.state).toEqual({ kind: "closed" });
    expect(server.connections).toBe(1);

    const late = subject.connect();
    const lateRefusal = expect(late).rejects.toMatchObject({ code: "closed" });
    const peer = await server.accept();
    const request = await peer.next();
    subject.close();
    peer.answer(request, helloOk());
    await lateRefusal;
    expect(subject.state).toEqual({ kind: "closed" });
  });
});

/** A request and its answer: what was sent before has arrived when it resolves. */
async function roundTrip(
  subject: GatewayClient,
  peer: {
    next(): Promise<{ id: string; method: string; params: Record<string, unknown> }>;
    answer(request: never, payload: unknown): void;
  },
) {
  const answered = subject.request("health", {});
  peer.answer((await peer.next()) as never, {});
  await answered;
}
