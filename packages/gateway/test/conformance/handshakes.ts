import type { Close, ConnectOptions, OpenOptions, RawClient } from "../../src/testing/raw-client.ts";
import { createDevice, type TestDevice } from "../../src/testing/test-device.ts";
import type { TestGateway } from "../../src/testing/test-gateway.ts";
import { answerDifferences } from "./compare.ts";
import type { Json, RecordedProtocol } from "./recorded.ts";

/** What the cases of one file share: one device is paired, approved, revoked in the course of them. */
export interface HandshakeStage {
  gateway: TestGateway;
  protocol: RecordedProtocol;
  operator: RawClient;
  /** Devices by what the cases use them for. */
  device(name: string): TestDevice;
  /** The token that was issued to a device. */
  tokens: Map<string, string>;
}

export interface HandshakeOutcome {
  answer?: Json;
  close?: Close;
}

/** How a recorded connect is made; without an entry it is made as the recorded frame says. */
interface Way {
  how?: Partial<OpenOptions>;
  connect?: (stage: HandshakeStage) => ConnectOptions | Promise<ConnectOptions>;
  /** Sent instead of a connect frame. */
  raw?: string;
}

const remote = { host: "gateway.example" };
const cli = (scopes: string[], device: string, more: ConnectOptions = {}) => ({
  connect: (stage: HandshakeStage): ConnectOptions => ({ scopes, device: stage.device(device), ...more }),
});
/** A device that was paired on the spot with these scopes, and the token it was given. */
const issued =
  (scopes: string[], name: string, use: (token: string) => ConnectOptions) =>
  async (stage: HandshakeStage): Promise<ConnectOptions> => {
    const device = stage.device(name);
    if (!stage.tokens.has(name)) {
      const client = await stage.gateway.connect({ protocol: stage.protocol, device, scopes });
      const hello = client.frames.find((frame) => frame.type === "res") as Json;
      stage.tokens.set(name, String(((hello.payload as Json).auth as Json).deviceToken));
      await client.close();
    }
    return { device, scopes: ["operator.read"], ...use(String(stage.tokens.get(name))) };
  };
const readWrite = ["operator.read", "operator.write"];
const node: ConnectOptions = { role: "node", scopes: [], client: { id: "node-host", mode: "node" } };

/** Ways that the recorded frames cannot tell, by the name of the case. */
export const ways: Record<3 | 4, Record<string, Way>> = {
  3: {
    "bad JSON before connect": { raw: "not json" },
    "JSON that is not a request frame before connect": { raw: '{"hello":1}' },
    "device id does not match public key": {
      connect: (stage) => ({ device: stage.device("a"), deviceFields: { id: createDevice().id } }),
    },
    "device signature bad (signed other token)": {
      connect: (stage) => ({
        device: stage.device("a"),
        deviceFields: { signature: stage.device("a").sign("another") },
      }),
    },
    "device signature expired (signedAt 11 min old)": cliSigned(-11 * 60_000),
    "device signature from the future (11 min)": cliSigned(11 * 60_000),
    "device nonce mismatch": cli(["operator.admin"], "a", { nonce: "another-nonce" }),
    "device v1 signature without nonce, loopback": cli(readWrite, "v1", { nonce: null }),
    "device v1 signature without nonce, remote Host header": {
      how: remote,
      ...cli(["operator.admin"], "v1", { nonce: null }),
    },
    "device public key garbage": {
      connect: (stage) => ({ device: stage.device("a"), deviceFields: { publicKey: "garbage" } }),
    },
    "issue device token (scopes read,write)": {
      connect: (stage) => ({ device: stage.device("issued"), scopes: readWrite }),
    },
    "device token as auth.token, same scopes": {
      connect: issued(readWrite, "issued", (token) => ({ auth: { token }, scopes: readWrite })),
    },
    "device token as auth.token, narrower scopes": {
      connect: issued(readWrite, "issued", (token) => ({ auth: { token } })),
    },
    "device token as auth.token, wider scopes": {
      connect: issued(readWrite, "issued", (token) => ({ auth: { token }, scopes: ["operator.admin"] })),
    },
    "device token as auth.token, other role": {
      connect: issued(readWrite, "issued", (token) => ({ ...node, auth: { token } })),
    },
    "device token without device block": {
      connect: issued(readWrite, "issued", (token) => ({
        auth: { token },
        device: undefined,
        scopes: ["operator.admin"],
      })),
    },
    "revoked device token": {
      connect: async (stage) => {
        const options = await issued(readWrite, "revoked", (token) => ({ auth: { token }, scopes: readWrite }))(stage);
        await stage.operator.request("device.token.revoke", { deviceId: options.device?.id, role: "operator" });
        return options;
      },
    },
    "remote (non-local Host header) new device: pairing required": { how: remote, ...cli(["operator.read"], "remote") },
    "same device retries while pending: same requestId, no second event": {
      how: remote,
      ...cli(["operator.read"], "remote"),
    },
    "approved device connects remotely": { how: remote, connect: approved("remote") },
    "approved device asks for more scopes remotely: pairing required again": {
      how: remote,
      ...cli(readWrite, "remote"),
    },
    "approved device asks for another role remotely: pairing required again": {
      how: remote,
      ...cli([], "remote", node),
    },
    "x-forwarded-for from an untrusted proxy: not local": {
      how: { headers: { "x-forwarded-for": "127.0.0.1" } },
      ...cli(["operator.admin"], "forwarded"),
    },
    "token ok, no device, remote Host: allowed": { how: remote },
    "control-ui with foreign Origin": { how: { origin: "https://evil.example" } },
    "wrong token from control-ui client id": { how: { origin: "http://localhost:5173" } },
    "control-ui, same-host Origin, no device": { how: { origin: "http://127.0.0.1:18789" } },
    "control-ui, loopback Origin on another port, with device": { how: { origin: "http://localhost:5173" } },
    "webchat mode, same-host Origin, token only": { how: { origin: "http://localhost:1" } },
    "password mode: webchat client wrong password": { how: { origin: "http://localhost:1" } },
    "password mode: device token as auth.token": {
      connect: async (stage) => {
        const device = stage.device("password");
        const auth = { password: "s3cret-pass" };
        const client = await stage.gateway.connect({ device, auth, scopes: ["operator.read"] });
        const hello = client.frames.find((frame) => frame.type === "res") as Json;
        return {
          device,
          scopes: ["operator.read"],
          auth: { token: ((hello.payload as Json).auth as Json).deviceToken },
        };
      },
    },
  },
  4: {
    "token ok, device v2 signature": cli(["operator.read"], "v2", { form: "v2" }),
    "nonce missing": cli(["operator.admin"], "a", { nonce: null }),
    "nonce mismatch": cli(["operator.admin"], "a", { nonce: "another-nonce" }),
    "signature bad": {
      connect: (stage) => ({
        device: stage.device("a"),
        deviceFields: { signature: stage.device("a").sign("another") },
      }),
    },
    "signature stale": cliSigned(-11 * 60_000),
    "device id mismatch": {
      connect: (stage) => ({ device: stage.device("a"), deviceFields: { id: createDevice().id } }),
    },
    "bad JSON before connect": { raw: "not json" },
    "pre-connect frame larger than 64 KiB": {
      raw: JSON.stringify({ type: "req", id: "1", method: "connect", params: { pad: "x".repeat(70_000) } }),
    },
    "control-ui with foreign Origin": { how: { origin: "https://evil.example" } },
    "device token in auth.token": { connect: issued(["operator.read"], "issued", (token) => ({ auth: { token } })) },
    "device token in auth.deviceToken": {
      connect: issued(["operator.read"], "issued", (deviceToken) => ({ auth: { deviceToken } })),
    },
    "device token, wider scopes": {
      connect: issued(["operator.read"], "issued", (token) => ({ auth: { token }, scopes: ["operator.admin"] })),
    },
    "bad device token in auth.deviceToken": {
      connect: issued(["operator.read"], "issued", () => ({ auth: { deviceToken: "wrong" } })),
    },
    "LAN address, new device": { how: remote, ...cli(["operator.read"], "lan") },
    "LAN address, approved device": { how: remote, connect: approved("lan") },
    "LAN address, approved device asks for more scopes": { how: remote, ...cli(readWrite, "lan") },
    "LAN address, token, no device": { how: remote },
    "LAN address, token, no device, backend client": { how: remote },
  },
};

/** The operator approves the device first. */
function approved(name: string): (stage: HandshakeStage) => Promise<ConnectOptions> {
  return async (stage) => {
    const device = stage.device(name);
    const { payload } = await stage.operator.request("device.pair.list", {});
    const pending = (payload.pending as Json[]).find((item) => item.deviceId === device.id);
    await stage.operator.request("device.pair.approve", { requestId: pending?.requestId });
    return { scopes: ["operator.read"], device };
  };
}

function cliSigned(offsetMs: number): Way {
  return { connect: (stage) => ({ device: stage.device("a"), signedAt: Date.now() + offsetMs }) };
}

/** Plays one recorded handshake against the Gateway. */
export async function playHandshake(
  stage: HandshakeStage,
  name: string,
  exchange: Json[],
): Promise<{ client: RawClient; outcome: HandshakeOutcome }> {
  const way = ways[stage.protocol][name] ?? {};
  const sent = exchange.map((step) => step.c2s as Json | undefined).find((frame) => frame !== undefined);
  const ends = exchange.some((step) => "close" in step);
  const prepared = way.connect ? await way.connect(stage) : undefined;
  const client = stage.gateway.open(way.how ?? {});
  let answer: Json | undefined;
  if (way.raw !== undefined) {
    await client.event("connect.challenge");
    client.send(way.raw);
  } else if (prepared) {
    answer = (await client.connect({ protocol: stage.protocol, ...prepared })) as unknown as Json;
  } else if (sent?.method === "connect" && Object.keys((sent.params ?? {}) as Json).length > 0) {
    answer = (await client.connect(fromRecording(stage, sent.params as Json))) as unknown as Json;
  } else if (sent) {
    await client.event("connect.challenge");
    client.send(sent);
    answer = await client.frame((frame) => frame.type === "res");
  }
  const close = ends && answer?.ok !== true ? await client.closed : undefined;
  return { client, outcome: { ...(answer ? { answer } : {}), ...(close ? { close } : {}) } };
}

/** The options that make the recorded connect frame. */
function fromRecording(stage: HandshakeStage, params: Json): ConnectOptions {
  const { minProtocol, maxProtocol, client, role, scopes, caps, commands, auth, device, ...extra } = params;
  return {
    protocol: stage.protocol,
    min: Number(minProtocol),
    max: Number(maxProtocol),
    client: client as Record<string, string>,
    ...(role === undefined ? {} : { role: String(role) }),
    scopes: scopes === undefined ? null : (scopes as string[]),
    ...(caps === undefined ? {} : { caps: caps as string[] }),
    auth: auth === undefined ? null : (auth as Json),
    ...(device === undefined ? {} : { device: stage.device(role === "node" ? "node" : `recorded ${String(scopes)}`) }),
    extra: { ...extra, ...(commands === undefined ? {} : { commands }) },
  };
}

/** Compares what came with what was recorded: the answer, `hello-ok` field by field, the close. */
export function handshakeDifferences(exchange: Json[], { answer, close }: HandshakeOutcome): string[] {
  const found: string[] = [];
  const recorded = exchange.map((step) => step.s2c as Json | undefined).find((frame) => frame?.type === "res");
  if (recorded && !answer) found.push("answer: missing");
  if (recorded && answer) found.push(...answerDifferences(recorded as never, answer, "answer"));
  const expected = exchange.map((step) => step.close as Json | undefined).find((step) => step !== undefined);
  if (expected && !close) found.push("close: missing");
  if (expected && close) {
    if (close.code !== expected.code) found.push(`close: ${close.code} instead of ${String(expected.code)}`);
    const wanted = String(expected.reason).replace(/<uuid>.*|<cut.*/, "");
    if (!close.reason.startsWith(wanted) && !cut(wanted).startsWith(close.reason)) {
      found.push(`close reason: "${close.reason}" instead of "${wanted}"`);
    }
  }
  return found;
}

/** The reference cuts a close reason elsewhere. */
function cut(reason: string): string {
  return reason.slice(0, 123);
}
