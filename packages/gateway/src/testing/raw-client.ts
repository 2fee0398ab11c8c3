import { type ClientOptions, WebSocket } from "ws";
import { signConnect, type TestDevice } from "./test-device.ts";

/** How long a test waits for a frame before it says what came instead, ms. */
const PATIENCE_MS = 8000;

export type Json = Record<string, unknown>;

/** An answer as it came. */
export interface Response {
  id: string;
  ok: boolean;
  payload: Json;
  error?: { code: string; message: string; details?: Json; retryable?: boolean; retryAfterMs?: number };
}

export interface Close {
  code: number;
  reason: string;
}

/** What a client says when it connects; everything has a default, everything can be wrong on purpose. */
export interface ConnectOptions {
  protocol?: 3 | 4;
  min?: number;
  max?: number;
  client?: Partial<{ id: string; version: string; platform: string; mode: string; [key: string]: string }>;
  role?: string;
  /** `null` leaves the field out. */
  scopes?: readonly string[] | null;
  caps?: readonly string[];
  /** `null` leaves the block out. */
  auth?: Json | null;
  device?: TestDevice | undefined;
  /** Form of the signed payload; default v2 for protocol 3, v3 for protocol 4. */
  form?: "v1" | "v2" | "v3";
  /** `null` leaves the nonce out; default: that of the challenge. */
  nonce?: string | null;
  signedAt?: number;
  /** Overrides single fields of the device block after signing. */
  deviceFields?: Json;
  /** Further fields of the parameters. */
  extra?: Json;
}

/** A WebSocket client that does what a test tells it, right or wrong. */
export interface RawClient {
  readonly socket: WebSocket;
  /** Every frame that came, in order. */
  readonly frames: readonly Json[];
  /** Resolves when the socket has closed, however. */
  readonly closed: Promise<Close>;
  send(frame: string | Buffer | object): void;
  /** Sends `connect` and resolves with its answer. */
  connect(options?: ConnectOptions): Promise<Response>;
  /** Sends a request and resolves with the first answer to it. */
  request(method: string, params?: unknown, id?: string): Promise<Response>;
  /** Answer number `index` (from 0) to a request id. */
  response(id: string, index?: number): Promise<Response>;
  /** The first event, come or to come, that fits; `from` skips frames that came before. */
  event(name: string, fits?: (payload: Json) => boolean, from?: number): Promise<Json>;
  /** The first frame, come or to come, that fits. */
  frame(fits: (frame: Json) => boolean, from?: number): Promise<Json>;
  /** Payloads of the events of this name that came so far. */
  events(name: string): Json[];
  /** Closes in an orderly way and waits for it. */
  close(): Promise<Close>;
}

export interface OpenOptions {
  headers?: Record<string, string>;
  origin?: string;
  /** The `Host` header: a name other than localhost makes the connection a remote one. */
  host?: string;
  /** `false`: pings of the Gateway are not answered. */
  answerPings?: boolean;
  token: string;
}

/** Opens a connection and waits for the challenge. */
export function openRawClient(url: string, options: OpenOptions): RawClient {
  const socketOptions: ClientOptions = {
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
    headers: { ...options.headers, ...(options.host === undefined ? {} : { host: options.host }) },
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    autoPong: options.answerPings ?? true,
  };
  const socket = new WebSocket(url, socketOptions);
  const frames: Json[] = [];
  const waiting = new Set<{ check(): void; fail(why: string): void }>();
  let over: Close | undefined;
  let requests = 0;

  socket.on("message", (data) => {
    frames.push(JSON.parse(String(data)) as Json);
    for (const waiter of [...waiting]) waiter.check();
  });
  socket.on("error", () => {
    // Whatever happened is seen as the close that follows.
  });
  const closed = new Promise<Close>((resolve) => {
    socket.on("close", (code, reason) => {
      over = { code, reason: reason.toString("utf8") };
      resolve(over);
      for (const waiter of [...waiting]) waiter.fail(`the connection closed with ${code} "${over.reason}"`);
    });
  });

  function waitFor<T>(look: () => T | undefined, what: string): Promise<T> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        waiting.delete(waiter);
        settle();
      };
      const waiter = {
        check() {
          const value = look();
          if (value !== undefined) done(() => resolve(value));
        },
        fail(why: string) {
          const value = look();
          if (value !== undefined) return done(() => resolve(value));
          done(() => reject(new Error(`${what} did not come: ${why}; last frames: ${summary(frames)}`)));
        },
      };
      const timer = setTimeout(() => waiter.fail(`nothing for ${PATIENCE_MS} ms`), PATIENCE_MS);
      waiting.add(waiter);
      if (over) waiter.fail(`the connection had closed with ${over.code} "${over.reason}"`);
    });
  }

  const client: RawClient = {
    socket,
    frames,
    closed,
    send(frame) {
      const data = typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame);
      if (socket.readyState === socket.CONNECTING) socket.once("open", () => socket.send(data));
      else socket.send(data);
    },
    async connect(wanted = {}) {
      const challenge = await client.event("connect.challenge");
      client.send({ type: "req", id: "connect", method: "connect", params: connectParams(wanted, challenge, options) });
      return client.response("connect");
    },
    request(method, params, id = `r${++requests}`) {
      const from = frames.length;
      client.send({ type: "req", id, method, ...(params === undefined ? {} : { params }) });
      return client.frame((frame) => frame.type === "res" && frame.id === id, from).then(asResponse);
    },
    async response(id, index = 0) {
      return waitFor(
        () => {
          const found = frames.filter((frame) => frame.type === "res" && frame.id === id)[index];
          return found && asResponse(found);
        },
        `answer ${index + 1} to ${id}`,
      );
    },
    event(name, fits = () => true, from = 0) {
      return client
        .frame((frame) => frame.type === "event" && frame.event === name && fits(frame.payload as Json), from)
        .then((frame) => frame.payload as Json);
    },
    frame: (fits, from = 0) => waitFor(() => frames.slice(from).find(fits), "the frame"),
    events: (name) => frames.filter((frame) => frame.event === name).map((frame) => frame.payload as Json),
    close() {
      socket.close();
      return closed;
    },
  };
  return client;
}

function connectParams(wanted: ConnectOptions, challenge: Json, { token }: OpenOptions): Json {
  const protocol = wanted.protocol ?? 3;
  const client = { id: "cli", version: "1.0.0", platform: "linux", mode: "cli", ...wanted.client };
  const auth = wanted.auth === undefined ? { token } : wanted.auth;
  const scopes = wanted.scopes === undefined ? ["operator.admin"] : wanted.scopes;
  const params: Json = {
    minProtocol: wanted.min ?? protocol,
    maxProtocol: wanted.max ?? protocol,
    client,
    ...(wanted.role === undefined ? {} : { role: wanted.role }),
    ...(scopes === null ? {} : { scopes }),
    ...(wanted.caps ? { caps: wanted.caps } : {}),
    ...(auth === null ? {} : { auth }),
  };
  if (wanted.device) {
    const nonce = wanted.nonce === undefined ? String(challenge.nonce) : (wanted.nonce ?? undefined);
    const signedAt = wanted.signedAt ?? Number(challenge.ts);
    const form = wanted.form ?? (nonce === undefined ? "v1" : protocol === 4 ? "v3" : "v2");
    const signature = signConnect(wanted.device, form, {
      deviceId: wanted.device.id,
      clientId: client.id,
      clientMode: client.mode,
      role: wanted.role ?? "operator",
      scopes: scopes ?? [],
      signedAtMs: signedAt,
      token: String(auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? ""),
      nonce: nonce ?? "",
      platform: client.platform,
      deviceFamily: wanted.client?.deviceFamily ?? "",
    });
    params.device = {
      id: wanted.device.id,
      publicKey: wanted.device.publicKey,
      signature,
      signedAt,
      ...(nonce === undefined ? {} : { nonce }),
      ...wanted.deviceFields,
    };
  }
  return { ...params, ...wanted.extra };
}

function asResponse(frame: Json): Response {
  return { payload: {}, ...frame } as unknown as Response;
}

function summary(frames: readonly Json[]): string {
  return JSON.stringify(frames.slice(-4)).slice(0, 800);
}
