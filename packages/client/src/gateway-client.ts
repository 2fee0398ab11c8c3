import type { EventName, HelloOk, MethodName, ParamsInput, PayloadOf, ResultOf } from "@openclaw/protocol";
import { type ClientClock, platformClock } from "./client-clock.ts";
import type { ConnectSettings } from "./connect-request.ts";
import { type Connection, type ConnectionEnd, openConnection } from "./connection.ts";
import { GatewayClientError } from "./gateway-client-error.ts";
import type { GatewaySocketConstructor } from "./gateway-socket.ts";
import type { RequestOptions } from "./open-requests.ts";
import {
  defaultReconnectDelays,
  isCredentialRefusal,
  mayPass,
  type ReconnectDelays,
  reconnectDelay,
} from "./reconnect.ts";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "connected"; hello: HelloOk }
  /** The connection ended; the next attempt starts by itself. */
  | { kind: "waiting"; retryInMs: number; error: GatewayClientError }
  /** Nothing happens until `connect()` is called. `error` is absent before the first attempt and after `close()`. */
  | { kind: "closed"; error?: GatewayClientError };

export interface GatewayClientOptions extends ConnectSettings {
  /** `ws://` or `wss://` address of the Gateway. */
  url: string;
  /** Delays between attempts; `false` = one attempt, and no return when the connection ends. */
  reconnect?: false | ReconnectDelays;
  /** Limit of a request without its own, ms; 0 = none. Default 30,000. */
  requestTimeoutMs?: number;
  onState?: (state: ConnectionState) => void;
  /** Events between these numbers were lost: reload what they could have changed. */
  onGap?: (expected: number, received: number) => void;
  /** The WebSocket to use; default: the platform's. */
  WebSocket?: GatewaySocketConstructor;
  clock?: ClientClock;
}

/** A connection to a Gateway that comes back by itself. */
export interface GatewayClient {
  readonly state: ConnectionState;
  /**
   * Connects, at once also while it waits for the next attempt. Resolves with the hello. With `reconnect` it goes on
   * through failed attempts; it rejects when the client gives up: the Gateway refused for good, the only attempt
   * failed, or `close()` was called.
   */
  connect(): Promise<HelloOk>;
  /**
   * Calls a method. Parameters and results have the types of the protocol; results are not checked again.
   * @throws GatewayClientError
   */
  request<M extends MethodName>(method: M, params: ParamsInput<M>, options?: RequestOptions): Promise<ResultOf<M>>;
  /** The same for methods this package does not know, for example those of plugins. */
  call(method: string, params?: unknown, options?: RequestOptions): Promise<unknown>;
  /** Listens to an event, across reconnections; returns a function that stops it. */
  on<E extends EventName>(event: E, listener: (payload: PayloadOf<E>) => void): () => void;
  /** Ends the connection and its requests for good, until `connect()` is called again. */
  close(): void;
}

/** What waits for the outcome of `connect()`. */
interface ConnectWaiter {
  resolve(hello: HelloOk): void;
  reject(error: GatewayClientError): void;
}

/** Creates a client; it does nothing until `connect()` is called. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const clock = options.clock ?? platformClock;
  const listeners = new Map<string, Set<(payload: never) => void>>();
  let state: ConnectionState = { kind: "closed" };
  let connection: Connection | undefined;
  let waiters: ConnectWaiter[] = [];
  let attempt = 0;
  let cancelRetry = () => {};

  const enter = (next: ConnectionState) => {
    state = next;
    options.onState?.(next);
  };

  const open = () => {
    cancelRetry();
    enter({ kind: "connecting" });
    try {
      connection = start();
    } catch (cause) {
      // The platform refuses addresses it cannot parse, and plain ws:// from a page that came over HTTPS.
      const reason = cause instanceof Error ? cause.message : String(cause);
      giveUp(new GatewayClientError("connect-failed", `cannot open ${options.url}: ${reason}`, { cause }));
    }
  };

  const start = (): Connection => {
    const opened = openConnection(
      {
        ...options,
        clock,
        WebSocket: options.WebSocket ?? globalThis.WebSocket,
        requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      },
      {
        onHello(hello) {
          attempt = 0;
          const settled = waiters.splice(0);
          enter({ kind: "connected", hello });
          for (const waiter of settled) waiter.resolve(hello);
        },
        onEvent(event, payload) {
          for (const listener of [...(listeners.get(event) ?? [])]) listener(payload as never);
        },
        onGap: (expected, received) => options.onGap?.(expected, received),
        onEnd(end) {
          if (connection !== opened) return; // replaced, or closed by its owner
          connection = undefined;
          void recover(end).catch((cause: unknown) => {
            giveUp(
              new GatewayClientError("connect-failed", `cannot drop the stored device token: ${String(cause)}`, {
                cause,
              }),
            );
          });
        },
      },
    );
    return opened;
  };

  /** Decides what follows the end of a connection. */
  const recover = async ({ error, duringConnect, usedDeviceToken }: ConnectionEnd) => {
    const staleToken = duringConnect && usedDeviceToken && isCredentialRefusal(error);
    if (staleToken && options.identity && options.credentials?.().token) {
      // The Gateway no longer knows the stored token; the shared one is tried at once.
      await options.deviceTokens?.delete(options.identity.deviceId, options.role ?? "operator");
      if (state.kind === "connecting") open();
      return;
    }
    if (options.reconnect === false || (duringConnect && !mayPass(error))) return giveUp(error);
    const delays = options.reconnect ?? defaultReconnectDelays;
    const retryInMs = error.refusal?.retryAfterMs ?? reconnectDelay(delays, attempt);
    attempt += 1;
    cancelRetry = clock.after(retryInMs, open);
    enter({ kind: "waiting", retryInMs, error });
  };

  const giveUp = (error: GatewayClientError, next: ConnectionState = { kind: "closed", error }) => {
    cancelRetry();
    attempt = 0;
    const refused = waiters.splice(0);
    enter(next);
    for (const waiter of refused) waiter.reject(error);
  };

  const call = (method: string, params: unknown = {}, requestOptions: RequestOptions = {}): Promise<unknown> => {
    if (!connection || state.kind !== "connected") {
      return Promise.reject(new GatewayClientError("disconnected", `${method}: not connected to ${options.url}`));
    }
    return connection.request(method, params, requestOptions);
  };

  return {
    get state() {
      return state;
    },
    connect() {
      if (state.kind === "connected") return Promise.resolve(state.hello);
      return new Promise((resolve, reject) => {
        waiters = [...waiters, { resolve, reject }];
        if (state.kind !== "connecting") open();
      });
    },
    request: (method, params, requestOptions) => call(method, params, requestOptions) as Promise<never>,
    call,
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener as (payload: never) => void);
      return () => {
        set.delete(listener as (payload: never) => void);
      };
    },
    close() {
      const current = connection;
      connection = undefined;
      if (state.kind !== "closed" || state.error)
        giveUp(new GatewayClientError("closed", "the client was closed"), { kind: "closed" });
      current?.close();
    },
  };
}
