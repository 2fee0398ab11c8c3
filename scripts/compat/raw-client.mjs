import crypto from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const packages = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "packages");
const { WebSocket } = createRequire(path.join(packages, "gateway", "package.json"))("ws");

/** How long a frame may take, ms. */
const PATIENCE_MS = 30_000;

/** A new Ed25519 identity in the forms the wire and the published client use. */
export function createDevice() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    deviceId: crypto.createHash("sha256").update(raw).digest("hex"),
    publicKey: raw.toString("base64url"),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
    sign: (text) => crypto.sign(null, Buffer.from(text), privateKey).toString("base64url"),
  };
}

/**
 * A client of protocol 3 written from the protocol alone: it sends what it is told and keeps every frame.
 * @param {string} url
 */
export async function openRawClient(url) {
  const socket = new WebSocket(url);
  const frames = [];
  const waiting = new Set();
  let requests = 0;
  const closed = once(socket, "close").then(([code, reason]) => ({ code, reason: reason.toString() }));
  const settle = () => {
    for (const attempt of waiting) attempt();
  };
  socket.on("message", (data) => {
    frames.push(JSON.parse(data.toString()));
    settle();
  });

  const client = {
    frames,
    closed,
    /** The first frame that fits, from position `from` on; waits for it. */
    frame(fits, what, from = 0) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => end(reject, new Error(`${what} did not come within ${PATIENCE_MS} ms`)),
          PATIENCE_MS,
        );
        const end = (how, value) => {
          clearTimeout(timer);
          waiting.delete(attempt);
          how(value);
        };
        const attempt = () => {
          const found = frames.slice(from).find(fits);
          if (found) end(resolve, found);
        };
        waiting.add(attempt);
        attempt();
        closed.then(({ code, reason }) => {
          if (waiting.has(attempt)) end(reject, new Error(`closed with ${code} "${reason}" before ${what}`));
        });
      });
    },
    send(method, params, id = `raw-${++requests}`) {
      socket.send(JSON.stringify({ type: "req", id, method, params }));
      return id;
    },
    /** The response with this id; `stage` 1 is the second one. */
    async response(id, stage = 0) {
      const answers = () => frames.filter((frame) => frame.type === "res" && frame.id === id);
      await client.frame(() => answers().length > stage, `answer ${stage + 1} to ${id}`);
      return answers()[stage];
    },
    /** Sends a request and resolves with its payload. Throws the error of a refusal, with its `code`. */
    async request(method, params) {
      const { ok, payload, error } = await client.response(client.send(method, params));
      if (!ok) throw Object.assign(new Error(`${method}: ${error?.message}`), { code: error?.code });
      return payload;
    },
    /** An event whose payload fits. */
    event: (name, fits = () => true) =>
      client.frame((frame) => frame.type === "event" && frame.event === name && fits(frame.payload), `event ${name}`),
    events: (name, fits = () => true) =>
      frames.filter((frame) => frame.event === name && fits(frame.payload)).map((frame) => frame.payload),
    /**
     * Goes through the handshake; resolves with the response to `connect`, whatever it is.
     * The device signs the payload form of 2026.2.9 (`v2`).
     */
    async connect({ token, device, scopes = ["operator.admin"], min = 3, max = 3 }) {
      const { payload } = await client.frame((frame) => frame.event === "connect.challenge", "the challenge");
      const { nonce, ts } = payload;
      const identity = ["cli", "cli", "operator", scopes.join(","), String(ts), token ?? "", nonce];
      const id = client.send("connect", {
        minProtocol: min,
        maxProtocol: max,
        client: { id: "cli", version: "1.0.0", platform: process.platform, mode: "cli" },
        role: "operator",
        scopes,
        ...(token ? { auth: { token } } : {}),
        ...(device
          ? {
              device: {
                id: device.deviceId,
                publicKey: device.publicKey,
                signature: device.sign(["v2", device.deviceId, ...identity].join("|")),
                signedAt: ts,
                nonce,
              },
            }
          : {}),
      });
      return client.response(id);
    },
    close() {
      socket.close();
      return closed;
    },
  };
  await Promise.race([
    once(socket, "open"),
    closed.then(({ code }) => Promise.reject(new Error(`closed with ${code}`))),
  ]);
  return client;
}

/** A connection the Gateway has accepted; throws its refusal otherwise. */
export async function connectRaw(gateway, options = {}) {
  const client = await openRawClient(gateway.url);
  const answer = await client.connect({ token: gateway.token, device: createDevice(), ...options });
  if (!answer.ok) throw new Error(`connect was refused: ${answer.error?.message}`);
  return Object.assign(client, { hello: answer.payload });
}
