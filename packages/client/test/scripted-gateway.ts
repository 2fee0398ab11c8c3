import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A request as the client sent it. */
export interface SeenRequest {
  id: string;
  method: string;
  params: Record<string, unknown>;
}

/** One accepted connection, driven by the test. */
export interface ScriptedPeer {
  readonly index: number;
  /** The next request the client sends, in order. */
  next(): Promise<SeenRequest>;
  send(frame: object): void;
  sendText(text: string): void;
  answer(request: SeenRequest, payload: unknown): void;
  refuse(request: SeenRequest, error: object, payload?: unknown): void;
  event(event: string, payload: unknown, seq?: number): void;
  /** Awaits the connect request and answers hello-ok. */
  welcome(extra?: object): Promise<SeenRequest>;
  close(code: number, reason?: string): void;
  drop(): void;
  /** Code and reason with which the client closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

export interface ScriptedGateway {
  url: string;
  /** The next connection a client opens. */
  accept(): Promise<ScriptedPeer>;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export const challenge = { nonce: "nonce-1", ts: 1_700_000_000_000 };

export function helloOk(extra: object = {}): object {
  return {
    type: "hello-ok",
    protocol: 3,
    server: { version: "1.0.0", connId: "c1" },
    features: { methods: [], events: [] },
    snapshot: { presence: [], health: {}, stateVersion: { presence: 1, health: 1 }, uptimeMs: 1 },
    policy: { maxPayload: 1000, maxBufferedBytes: 1000, tickIntervalMs: 30_000 },
    ...extra,
  };
}

/** A Gateway that does what the test says and nothing else; it greets with a challenge unless told not to. */
export async function scriptedGateway({ greet = true }: { greet?: boolean } = {}): Promise<ScriptedGateway> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const peers = queue<ScriptedPeer>();
  let connections = 0;
  server.on("connection", (socket) => {
    const peer = scriptedPeer(socket, connections);
    connections += 1;
    if (greet) peer.event("connect.challenge", challenge);
    peers.push(peer);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accept: () => peers.shift(),
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

function scriptedPeer(socket: WebSocket, index: number): ScriptedPeer {
  const requests = queue<SeenRequest>();
  socket.on("message", (data) => requests.push(JSON.parse(String(data)) as SeenRequest));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const peer: ScriptedPeer = {
    index,
    closed,
    next: () => requests.shift(),
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendText: (text) => socket.send(text),
    answer: ({ id }, payload) => peer.send({ type: "res", id, ok: true, payload }),
    refuse: ({ id }, error, payload) =>
      peer.send({ type: "res", id, ok: false, error, ...(payload === undefined ? {} : { payload }) }),
    event: (event, payload, seq) => peer.send({ type: "event", event, payload, ...(seq === undefined ? {} : { seq }) }),
    async welcome(extra) {
      const request = await requests.shift();
      peer.answer(request, helloOk(extra));
      return request;
    },
    close: (code, reason) => socket.close(code, reason),
    drop: () => socket.terminate(),
  };
  return peer;
}

/** Values that are awaited in the order they come. */
function queue<T>(): { push(value: T): void; shift(): Promise<T> } {
  const values: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return {
    push(value) {
      const wake = waiting.shift();
      if (wake) wake(value);
      else values.push(value);
    },
    shift() {
      const value = values.shift();
      return value === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(value);
    },
  };
}
