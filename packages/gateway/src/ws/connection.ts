import type { Duplex } from "node:stream";
import { closeReason, type GatewayErrorShape } from "@openclaw/protocol";
import type { WebSocket } from "ws";
import type { ConnectionLimits } from "./limits.ts";
import { RawJson } from "./raw-json.ts";
import { numberedFrame, textFrame } from "./text-frame.ts";

/** What a client said about itself in `connect`. */
export interface ClientInfo {
  id: string;
  version: string;
  platform: string;
  mode: string;
  displayName?: string | undefined;
  deviceFamily?: string | undefined;
  modelIdentifier?: string | undefined;
  instanceId?: string | undefined;
  timeZone?: string | undefined;
}

/** Where a connection comes from. */
export interface Remote {
  /** The client's address after trusted proxies were taken into account. */
  address: string | undefined;
  /** A direct connection from this machine: may pair silently. */
  localDirect: boolean;
  /** The user that Tailscale says this is, where such users are let in. */
  tailscaleLogin?: string | undefined;
  origin?: string | undefined;
  host?: string | undefined;
  userAgent?: string | undefined;
  /** It came over HTTPS, as the proxy in front says. */
  secure?: boolean | undefined;
}

/** An event that was serialised once for all connections of one protocol version. */
export interface PreparedEvent {
  name: string;
  /** The text up to, not including, its sequence number, encoded. */
  head: Buffer;
  /** What follows the sequence number, closing brace included. */
  tail: Buffer;
  /** May be skipped for a slow client. */
  droppable: boolean;
}

export type ProtocolVersion = 3 | 4;

/** What a node says it lends. */
export interface NodeDeclaration {
  commands: readonly string[];
  permissions?: Readonly<Record<string, boolean>> | undefined;
  pathEnv?: string | undefined;
  /** Sessions whose events it gets; changed by its own `node.event`. */
  subscriptions: Set<string>;
}

/** An authenticated connection. */
export interface Session {
  protocol: ProtocolVersion;
  role: "operator" | "node";
  scopes: ReadonlySet<string>;
  client: ClientInfo;
  caps: ReadonlySet<string>;
  deviceId?: string | undefined;
  /** Present on connections of nodes. */
  node?: NodeDeclaration | undefined;
  /** How the connection proved itself. */
  authMethod: "token" | "password" | "tailscale" | "device-token";
}

/** Sessions by their canonical keys. */
export interface Subscriptions {
  /** Changes of sessions. */
  sessions: boolean;
  /** Sessions whose messages it follows. */
  messages: Set<string>;
  /** Sessions in which it has started runs, as far as that matters to it. */
  runs: Set<string>;
}

/** Serialises an event for every connection that speaks one protocol version. */
export function prepareEvent(
  name: string,
  payload: unknown,
  options: { droppable?: boolean; stateVersion?: object } = {},
): PreparedEvent {
  const json = payload instanceof RawJson ? payload.json : JSON.stringify(payload);
  const state = options.stateVersion ? `,"stateVersion":${JSON.stringify(options.stateVersion)}` : "";
  return {
    name,
    head: Buffer.from(`{"type":"event","event":${JSON.stringify(name)},"payload":${json},"seq":`),
    tail: Buffer.from(`${state}}`),
    droppable: options.droppable ?? false,
  };
}

/**
 * One WebSocket of the Gateway: frames out, in order, with the connection's own sequence numbers and the rule for
 * clients that read too slowly. It never waits for a socket.
 */
export class Connection {
  readonly id: string;
  readonly remote: Remote;
  readonly openedAt: number;
  /** Set once by the handshake. */
  session: Session | undefined;
  /** What it asked to be told of beyond what everybody is told. */
  readonly subscriptions: Subscriptions = { sessions: false, messages: new Set(), runs: new Set() };
  #unanswered = 0;
  closing = false;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  /** Frames of this turn of the event loop. */
  #frames: Buffer[] = [];
  #frameBytes = 0;
  readonly #limits: ConnectionLimits;
  #seq = 0;

  constructor(options: {
    id: string;
    socket: WebSocket;
    stream: Duplex;
    remote: Remote;
    limits: ConnectionLimits;
    now: number;
  }) {
    this.id = options.id;
    this.#socket = options.socket;
    this.#stream = options.stream;
    this.remote = options.remote;
    this.#limits = options.limits;
    this.openedAt = options.now;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount + this.#frameBytes;
  }

  respond(id: string, payload: unknown): void {
    const json = payload instanceof RawJson ? payload.json : JSON.stringify(payload ?? null);
    this.#write(`{"type":"res","id":${JSON.stringify(id)},"ok":true,"payload":${json}}`);
  }

  fail(id: string, error: GatewayErrorShape, payload?: unknown): void {
    this.#write(JSON.stringify({ type: "res", id, ok: false, ...(payload === undefined ? {} : { payload }), error }));
  }

  /** Sends an event that is not part of the numbered stream (the challenge, events to one node). */
  sendUnnumbered(name: string, payload: unknown): void {
    if (!this.closing) this.#send(textFrame(JSON.stringify({ type: "event", event: name, payload })));
  }

  /**
   * Sends an event with the next sequence number. A client above the buffer limit misses droppable events (the number
   * is used up, so it notices) and is closed by any other.
   */
  sendEvent(event: PreparedEvent): void {
    if (this.closing) return;
    this.#seq += 1;
    if (this.bufferedBytes > this.#limits.maxBufferedBytes) {
      if (!event.droppable) this.close(1008, "slow consumer");
      return;
    }
    this.#send(numberedFrame(event.head, this.#seq, event.tail));
  }

  /**
   * Asks the peer for a sign of life. Counted are questions, not time: after a machine has slept, everybody has been silent
   * for long and nobody has been asked.
   */
  ping(): void {
    this.#unanswered += 1;
    this.#socket.ping();
  }

  /** Pings since the peer sent anything, answers to pings included. */
  get unansweredPings(): number {
    return this.#unanswered;
  }

  noteLife(): void {
    this.#unanswered = 0;
  }

  /** Closes after everything sent so far; a peer that does not read is cut off shortly after. */
  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    // The end does not overtake what others were sent before it.
    this.#stream.cork();
    this.#flush();
    this.#socket.close(code, closeReason(reason));
    setImmediate(() => this.#stream.uncork());
    setTimeout(() => this.#socket.terminate(), this.#limits.closeTimeoutMs).unref();
  }

  terminate(): void {
    this.closing = true;
    this.#socket.terminate();
  }

  #write(text: string): void {
    if (this.closing) return;
    this.#send(textFrame(text));
    if (this.bufferedBytes > this.#limits.maxBufferedBytes) this.close(1008, "slow consumer");
  }

  /** Frames of one turn of the event loop leave in one write: most of what a frame costs is the system call. */
  #send(frame: Buffer): void {
    if (this.#frames.length === 0) setImmediate(() => this.#flush());
    this.#frames.push(frame);
    this.#frameBytes += frame.length;
  }

  /** The library is left to what is no text: pings and the end. It has nothing of its own under way between them. */
  #flush(): void {
    const frames = this.#frames;
    const [first] = frames;
    if (first === undefined) return;
    const bytes = this.#frameBytes;
    this.#frames = [];
    this.#frameBytes = 0;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#stream.write(frames.length === 1 ? first : Buffer.concat(frames, bytes));
  }
}
