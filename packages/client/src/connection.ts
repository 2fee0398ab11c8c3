import type { HelloOk } from "@openclaw/protocol";
import type { ClientClock } from "./client-clock.ts";
import { type ConnectRequest, type ConnectSettings, connectRequest } from "./connect-request.ts";
import { GatewayClientError } from "./gateway-client-error.ts";
import { isHelloOk, readGatewayFrame, readNonce } from "./gateway-frame.ts";
import type { GatewaySocketConstructor } from "./gateway-socket.ts";
import { createOpenRequests, type RequestOptions } from "./open-requests.ts";

/** How long an open socket waits for the challenge before it connects without a nonce, ms. */
const CHALLENGE_WAIT_MS = 750;
/** How long it may take until the Gateway has said hello, ms. */
const HELLO_WAIT_MS = 15_000;

export interface ConnectionOptions extends ConnectSettings {
  url: string;
  clock: ClientClock;
  WebSocket: GatewaySocketConstructor;
  /** Limit of a request without its own, ms; 0 = none. */
  requestTimeoutMs: number;
}

/** How a connection ended. */
export interface ConnectionEnd {
  error: GatewayClientError;
  /** The Gateway answered `connect` with a refusal, or this side could not make the request. */
  duringConnect: boolean;
  usedDeviceToken: boolean;
}

export interface ConnectionHandlers {
  onHello(hello: HelloOk): void;
  onEvent(event: string, payload: unknown): void;
  /** Events between these numbers were lost. */
  onGap(expected: number, received: number): void;
  /** Called exactly once. */
  onEnd(end: ConnectionEnd): void;
}

/** One socket, from its opening to its end. */
export interface Connection {
  /** @throws GatewayClientError */
  request(method: string, params: unknown, options: RequestOptions): Promise<unknown>;
  close(): void;
}

/** Opens a socket and does the handshake on it. */
export function openConnection(options: ConnectionOptions, handlers: ConnectionHandlers): Connection {
  const { clock, url } = options;
  const requests = createOpenRequests(clock);
  const socket = new options.WebSocket(url);
  let nextId = 0;
  let lastSeq = 0;
  let lastFrameAt = clock.now();
  let connecting = false;
  let usedDeviceToken = false;
  let connectError: GatewayClientError | undefined;
  let closedByUs: GatewayClientError | undefined;
  let ended = false;
  let cancelChallengeWait = () => {};
  let cancelWatchdog = () => {};

  const end = (error: GatewayClientError) => {
    if (ended) return;
    ended = true;
    cancelChallengeWait();
    cancelHelloWait();
    cancelWatchdog();
    requests.rejectAll(error);
    handlers.onEnd({ error, duringConnect: connectError !== undefined, usedDeviceToken });
  };

  const closeWith = (code: number, reason: string, error: GatewayClientError) => {
    closedByUs ??= error;
    socket.close(code, reason);
  };

  const send = (method: string, params: unknown, limits: RequestOptions): Promise<unknown> => {
    nextId += 1;
    const id = String(nextId);
    const expectFinal = limits.expectFinal ?? false;
    const timeoutMs = limits.timeoutMs ?? (expectFinal ? 0 : options.requestTimeoutMs);
    const answer = requests.add(id, method, { timeoutMs, expectFinal });
    socket.send(JSON.stringify({ type: "req", id, method, params }));
    return answer;
  };

  const handshake = async (nonce: string | undefined) => {
    if (connecting) return;
    connecting = true;
    cancelChallengeWait();
    try {
      const request: ConnectRequest = await connectRequest(options, nonce, clock.now());
      usedDeviceToken = request.usesDeviceToken;
      if (ended) return;
      const hello = await send("connect", request.params, { timeoutMs: 0 });
      if (!isHelloOk(hello))
        throw new GatewayClientError("connect-failed", `${url} answered connect with something else than hello-ok`);
      await rememberDeviceToken(options, hello, clock.now());
      cancelHelloWait();
      watch(hello.policy.tickIntervalMs);
      if (!ended) handlers.onHello(hello);
    } catch (cause) {
      if (ended) return; // the request failed because the connection ended, which was reported
      connectError = asClientError(cause);
      closeWith(4008, "connect failed", connectError);
    }
  };

  /** Gives up a connection on which nothing arrived for two tick intervals. */
  const watch = (intervalMs: number) => {
    cancelWatchdog = clock.after(intervalMs, () => {
      const silentMs = clock.now() - lastFrameAt;
      if (silentMs < 2 * intervalMs) return watch(intervalMs);
      const error = new GatewayClientError("disconnected", `nothing from ${url} for ${silentMs} ms`, {
        closeCode: 4000,
      });
      socket.close(4000, "tick timeout");
      end(error); // a dead peer may never confirm the close
    });
  };

  const cancelHelloWait = clock.after(HELLO_WAIT_MS, () => {
    const error = new GatewayClientError(
      "disconnected",
      `${url} did not accept the connection within ${HELLO_WAIT_MS} ms`,
    );
    socket.close(4000, "connect timeout");
    end(error);
  });

  socket.addEventListener("open", () => {
    // A Gateway of protocol 3 may let local clients in without a challenge.
    cancelChallengeWait = clock.after(CHALLENGE_WAIT_MS, () => void handshake(undefined));
  });
  socket.addEventListener("message", ({ data }) => {
    if (ended) return;
    lastFrameAt = clock.now();
    const frame = readGatewayFrame(data);
    if (!frame) return;
    if (frame.type === "res") return requests.settle(frame);
    if (frame.event === "connect.challenge") return void handshake(readNonce(frame.payload));
    if (frame.seq !== undefined) {
      if (frame.seq > lastSeq + 1) handlers.onGap(lastSeq + 1, frame.seq);
      lastSeq = frame.seq;
    }
    handlers.onEvent(frame.event, frame.payload);
  });
  socket.addEventListener("error", (event) => {
    // The platform's says nothing, the close event that follows carries what is known; a refused certificate says why.
    if ("error" in event && event.error instanceof GatewayClientError) closedByUs ??= connectError = event.error;
  });
  socket.addEventListener("close", ({ code, reason }) => {
    const unreachable = code === 1006 && !connecting;
    const text = unreachable ? `cannot reach ${url}` : `disconnected (${code}): ${reason || "no reason"}`;
    end(closedByUs ?? new GatewayClientError("disconnected", text, { closeCode: code }));
  });

  return {
    request: (method, params, limits) => send(method, params, limits),
    close() {
      const error = new GatewayClientError("closed", "the client was closed");
      socket.close(1000);
      end(error);
    },
  };
}

/** Keeps the token the Gateway gave to this device. */
async function rememberDeviceToken(
  { identity, deviceTokens, role }: ConnectionOptions,
  hello: HelloOk,
  now: number,
): Promise<void> {
  if (!identity || !deviceTokens || !hello.auth?.deviceToken) return;
  const { deviceToken, scopes } = hello.auth;
  const token = { token: deviceToken, role: role ?? "operator", scopes: [...scopes].sort(), updatedAtMs: now };
  await deviceTokens.set(identity.deviceId, token);
}

function asClientError(cause: unknown): GatewayClientError {
  if (cause instanceof GatewayClientError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatewayClientError("connect-failed", `cannot connect: ${reason}`, { cause });
}
