import type {
  ClientId,
  ClientMode,
  EventName,
  GatewayErrorShape,
  HelloOk,
  MethodName,
  ParamsInput,
  PayloadOf,
  ResultOf,
} from "@openclaw/protocol";
import { signedPayload } from "@openclaw/protocol/wire";
import type { DeviceIdentity, DeviceTokenStore } from "./device-identity.ts";
import { GatewayClientError } from "./gateway-client-error.ts";

/** How long a client waits for the challenge before it connects without a nonce, ms. */
const CHALLENGE_WAIT_MS = 750;

/** What a client tells of itself. */
export interface ClientDescription {
  id: ClientId;
  version: string;
  platform: string;
  mode: ClientMode;
  displayName?: string;
  deviceFamily?: string;
  modelIdentifier?: string;
  instanceId?: string;
}

/** The shared secret, if this client has one. */
export interface GatewayCredentials {
  token?: string | undefined;
  password?: string | undefined;
}

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "connected"; hello: HelloOk }
  | { kind: "waiting"; retryInMs: number; error: GatewayClientError }
  | { kind: "closed"; error?: GatewayClientError };

export interface GatewayClientOptions {
  /** `ws://` or `wss://` address of the Gateway. */
  url: string;
  client: ClientDescription;
  /** Read before every connection, so that new credentials take effect on the next attempt. */
  credentials?: () => GatewayCredentials;
  role?: "operator" | "node";
  scopes?: readonly string[];
  caps?: readonly string[];
  /** Inclusive range of protocol versions; default 3 to 4. */
  protocol?: { min: number; max: number };
  /** Without it the shared secret alone must do. */
  identity?: DeviceIdentity | undefined;
  deviceTokens?: DeviceTokenStore | undefined;
  /** Delays between attempts, ms; `false` = give up when the connection ends. */
  reconnect?: false | { firstMs: number; factor: number; maxMs: number };
  /** Limit of a request without its own, ms; 0 = none. */
  requestTimeoutMs?: number;
  userAgent?: string;
  locale?: string;
  onState?: (state: ConnectionState) => void;
  /** Events between these numbers were lost: reload what they could have changed. */
  onGap?: (expected: number, received: number) => void;
  /** The WebSocket to use; default: the platform's. */
  WebSocket?: typeof globalThis.WebSocket;
  now?: () => number;
}

export interface RequestOptions {
  /** ms; 0 = none. */
  timeoutMs?: number;
  /** Wait for the answer behind `status: "accepted"`. */
  expectFinal?: boolean;
}

/** A connection to a Gateway that comes back by itself. */
export interface GatewayClient {
  readonly state: ConnectionState;
  /** Connects; resolves with the first hello, rejects when the Gateway refuses or cannot be reached. */
  connect(): Promise<HelloOk>;
  /** @throws GatewayClientError */
  request<M extends MethodName>(method: M, params: ParamsInput<M>, options?: RequestOptions): Promise<ResultOf<M>>;
  /** The same for methods this package does not know. */
  call(method: string, params?: unknown, options?: RequestOptions): Promise<unknown>;
  /** Listens to an event; returns a function that stops it. */
  on<E extends EventName>(event: E, listener: (payload: PayloadOf<E>) => void): () => void;
  close(): void;
}

interface OpenRequest {
  resolve(payload: unknown): void;
  reject(error: GatewayClientError): void;
  expectFinal: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const WebSocketClass = options.WebSocket ?? globalThis.WebSocket;
  const now = options.now ?? Date.now;
  const role = options.role ?? "operator";
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const requests = new Map<string, OpenRequest>();
  let state: ConnectionState = { kind: "closed" };
  let socket: WebSocket | undefined;
  let nextId = 0;
  let attempt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setInterval> | undefined;
  let wanted = false;
  let first: { resolve(hello: HelloOk): void; reject(error: GatewayClientError): void } | undefined;

  const setState = (next: ConnectionState) => {
    state = next;
    options.onState?.(next);
  };

  const open = () => {
    clearTimeout(retryTimer);
    setState({ kind: "connecting" });
    const current = new WebSocketClass(options.url);
    socket = current;
    let lastSeq = 0;
    let lastFrameAt = now();
    let connectSent = false;
    let refused: GatewayClientError | undefined;

    const sendConnect = async (nonce: string | undefined) => {
      if (connectSent) return;
      connectSent = true;
      clearTimeout(challengeTimer);
      try {
        const params = await connectParameters(nonce);
        const hello = (await send(current, "connect", params, { timeoutMs: 15_000 })) as HelloOk;
        await remember(hello);
        attempt = 0;
        const interval = hello.policy.tickIntervalMs;
        watchdog = setInterval(() => {
          if (now() - lastFrameAt > 2 * interval) current.close(4000, "tick timeout");
        }, interval);
        unref(watchdog);
        setState({ kind: "connected", hello });
        first?.resolve(hello);
        first = undefined;
      } catch (error) {
        refused = error instanceof GatewayClientError ? error : new GatewayClientError("connect-failed", String(error));
        await forgetRefusedToken();
        current.close(1000, "connect failed");
      }
    };
    // A Gateway of version 3 may let local clients in without a challenge.
    const challengeTimer = setTimeout(
      () => current.readyState === current.OPEN && sendConnect(undefined),
      CHALLENGE_WAIT_MS,
    );
    unref(challengeTimer);

    current.addEventListener("message", ({ data }) => {
      lastFrameAt = now();
      const frame = parseFrame(data);
      if (!frame) return;
      if (frame.type === "res") return settle(frame);
      if (frame.event === "connect.challenge") {
        const nonce = frame.payload as { nonce?: string } | undefined;
        void sendConnect(nonce?.nonce);
        return;
      }
      if (frame.seq !== undefined) {
        if (frame.seq > lastSeq + 1) options.onGap?.(lastSeq + 1, frame.seq);
        lastSeq = frame.seq;
      }
      for (const listener of listeners.get(frame.event) ?? []) listener(frame.payload as never);
    });
    current.addEventListener("close", ({ code, reason }) => {
      clearTimeout(challengeTimer);
      clearInterval(watchdog);
      const unreachable = code === 1006 && !connectSent;
      const error =
        refused ??
        new GatewayClientError(
          "disconnected",
          unreachable ? `cannot reach ${options.url}` : `disconnected (${code}): ${reason || "no reason"}`,
          { closeCode: code },
        );
      for (const [id, request] of requests) {
        requests.delete(id);
        clearTimeout(request.timer);
        request.reject(new GatewayClientError("disconnected", error.message, { closeCode: code }));
      }
      if (socket !== current) return;
      socket = undefined;
      if (first) {
        const { reject } = first;
        first = undefined;
        wanted = wanted && options.reconnect !== false && !refused;
        reject(error);
      }
      if (!wanted || options.reconnect === false) return setState({ kind: "closed", error });
      if (refused && !mayRetry(refused)) return setState({ kind: "closed", error });
      const { firstMs, factor, maxMs } = options.reconnect ?? { firstMs: 800, factor: 1.7, maxMs: 15_000 };
      const retryInMs = refused?.response?.retryAfterMs ?? Math.min(maxMs, firstMs * factor ** attempt);
      attempt += 1;
      setState({ kind: "waiting", retryInMs, error });
      retryTimer = setTimeout(open, retryInMs);
      unref(retryTimer);
    });
    current.addEventListener("error", () => {
      // The close event that follows carries what is known.
    });
  };

  const connectParameters = async (nonce: string | undefined) => {
    const credentials = options.credentials?.() ?? {};
    const { identity } = options;
    const stored = identity && (await options.deviceTokens?.get(identity.deviceId, role));
    const scopes = [...(options.scopes ?? ["operator.admin"])];
    const covers = stored && scopes.every((scope) => stored.scopes.includes(scope));
    const token = covers && !credentials.password ? stored.token : credentials.token;
    const auth = { ...(token ? { token } : {}), ...(credentials.password ? { password: credentials.password } : {}) };
    const signedAt = now();
    const { min, max } = options.protocol ?? { min: 3, max: 4 };
    const device = identity && {
      id: identity.deviceId,
      publicKey: identity.publicKey,
      signature: await identity.sign(
        signedPayload(nonce === undefined ? 1 : 2, {
          deviceId: identity.deviceId,
          clientId: options.client.id,
          clientMode: options.client.mode,
          role,
          scopes,
          signedAtMs: signedAt,
          token: token ?? "",
          nonce,
        }),
      ),
      signedAt,
      ...(nonce === undefined ? {} : { nonce }),
    };
    return {
      minProtocol: min,
      maxProtocol: max,
      client: options.client,
      role,
      scopes,
      ...(options.caps ? { caps: [...options.caps] } : {}),
      ...(Object.keys(auth).length > 0 ? { auth } : {}),
      ...(device ? { device } : {}),
      ...(options.locale ? { locale: options.locale } : {}),
      ...(options.userAgent ? { userAgent: options.userAgent } : {}),
    };
  };

  const remember = async (hello: HelloOk) => {
    const { identity, deviceTokens } = options;
    if (!identity || !deviceTokens || !hello.auth?.deviceToken) return;
    const { deviceToken, scopes } = hello.auth;
    await deviceTokens.set(identity.deviceId, {
      token: deviceToken,
      role,
      scopes: [...scopes].sort(),
      updatedAtMs: now(),
    });
  };

  /** A stored device token that was refused is dropped when the shared secret can be tried instead. */
  const forgetRefusedToken = async () => {
    const { identity, deviceTokens } = options;
    if (identity && deviceTokens && options.credentials?.().token) await deviceTokens.delete(identity.deviceId, role);
  };

  const send = (target: WebSocket, method: string, params: unknown, { timeoutMs, expectFinal }: RequestOptions) =>
    new Promise<unknown>((resolve, reject) => {
      nextId += 1;
      const id = String(nextId);
      const limit = timeoutMs ?? options.requestTimeoutMs ?? 30_000;
      const timer =
        limit > 0
          ? setTimeout(() => {
              requests.delete(id);
              reject(new GatewayClientError("timeout", `${method} was not answered within ${limit} ms`));
            }, limit)
          : undefined;
      requests.set(id, { resolve, reject, expectFinal: expectFinal ?? false, timer });
      target.send(JSON.stringify({ type: "req", id, method, params }));
    });

  const settle = (frame: ResponseFrame) => {
    const request = requests.get(frame.id);
    if (!request) return;
    if (frame.ok && request.expectFinal && isAccepted(frame.payload)) return;
    requests.delete(frame.id);
    clearTimeout(request.timer);
    if (frame.ok) return request.resolve(frame.payload);
    const error = frame.error ?? { code: "UNAVAILABLE", message: "the Gateway refused the request" };
    request.reject(
      new GatewayClientError("request-failed", error.message, { response: error, payload: frame.payload }),
    );
  };

  const call = (method: string, params: unknown = {}, requestOptions: RequestOptions = {}) => {
    if (!socket || state.kind !== "connected") {
      return Promise.reject(new GatewayClientError("disconnected", `not connected to ${options.url}`));
    }
    return send(socket, method, params, requestOptions);
  };

  return {
    get state() {
      return state;
    },
    connect() {
      wanted = true;
      return new Promise((resolve, reject) => {
        first = { resolve, reject };
        open();
      });
    },
    request: (method, params, requestOptions) => call(method, params, requestOptions) as Promise<never>,
    call,
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener as (payload: never) => void);
      return () => set.delete(listener as (payload: never) => void);
    },
    close() {
      wanted = false;
      clearTimeout(retryTimer);
      clearInterval(watchdog);
      if (socket) socket.close(1000);
      else setState({ kind: "closed" });
    },
  };
}

interface ResponseFrame {
  type: "res";
  id: string;
  ok: boolean;
  payload?: unknown;
  error?: GatewayErrorShape;
}
interface EventFrame {
  type: "event";
  event: string;
  payload?: unknown;
  seq?: number;
}

/** Reads a frame of the Gateway; anything else is ignored. */
function parseFrame(data: unknown): ResponseFrame | EventFrame | undefined {
  if (typeof data !== "string") return undefined;
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return undefined; // the Gateway sends JSON only; a broken frame carries nothing to act on
  }
  if (typeof frame !== "object" || frame === null || !("type" in frame)) return undefined;
  if (frame.type === "res" && "id" in frame && typeof frame.id === "string" && "ok" in frame)
    return frame as ResponseFrame;
  if (frame.type === "event" && "event" in frame && typeof frame.event === "string") return frame as EventFrame;
  return undefined;
}

function isAccepted(payload: unknown): boolean {
  return typeof payload === "object" && payload !== null && "status" in payload && payload.status === "accepted";
}

/** Whether a refusal may pass by itself. */
function mayRetry(error: GatewayClientError): boolean {
  if (error.response?.retryable) return true;
  const details = error.response?.details;
  if (typeof details !== "object" || details === null) return error.code !== "request-failed";
  if ("pauseReconnect" in details && details.pauseReconnect === false) return true;
  if ("recommendedNextStep" in details) {
    return (
      details.recommendedNextStep === "wait_then_retry" || details.recommendedNextStep === "retry_with_device_token"
    );
  }
  return false;
}

/** Timers must not keep a Node process alive; browsers have no `unref`. */
function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function")
    timer.unref();
}
