import crypto from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "@openclaw/log";
import { type OriginNotice, requestOrigin } from "@openclaw/net";
import { gatewayError, readRequestFrame } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { Connection, type Remote, type Session } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Dispatch } from "./dispatch.ts";
import { type HandshakeContext, type HandshakeResult, handshake } from "./handshake.ts";
import type { ConnectionLimits } from "./limits.ts";

/** Requests a client may send while it waits for `hello-ok`. */
const MAX_EARLY_REQUESTS = 16;

/** So many peers are remarked on at most, to bound log and memory. */
const MAX_REMARKS = 1000;

export interface GatewaySocketOptions {
  limits: ConnectionLimits;
  clock: Clock;
  log: Logger;
  connections: Connections;
  dispatch: Dispatch;
  trustedProxies(): readonly string[];
  /** Asks Tailscale who has sent a request; absent where its users are not let in. */
  tailscaleLogin?: ((request: IncomingMessage) => Promise<string | undefined>) | undefined;
  handshakeContext(): HandshakeContext;
  /** The answer to a successful handshake. */
  hello(connection: Connection, session: Session, result: HandshakeResult & { ok: true }): object;
  onConnected(connection: Connection, session: Session): void;
  onDisconnected(connection: Connection, session: Session): void;
}

/** The WebSocket side of the Gateway's port. */
export interface GatewaySocket {
  /** Takes over an HTTP upgrade; any path is a Gateway connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1012 and stops the timers. */
  close(): Promise<void>;
}

export function createGatewaySocket(options: GatewaySocketOptions): GatewaySocket {
  const { limits, clock, log, connections } = options;
  // ws knows one limit per server. The small one before `hello-ok` is enforced by counting the socket's bytes, so that
  // a stranger cannot make the Gateway buffer a large frame.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxPayload,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const sockets = new Map<Connection, WebSocket>();
  const pendingPerAddress = new Map<string, number>();
  const remarked = new Set<string>();

  const tick = setInterval(
    () => connections.broadcast("tick", { ts: clock.now() }, { droppable: true }),
    limits.tickIntervalMs,
  );
  const ping = setInterval(() => {
    for (const connection of sockets.keys()) {
      if (connection.unansweredPings >= 2) connection.terminate();
      else if (!connection.closing) connection.ping();
    }
  }, limits.pingIntervalMs);
  tick.unref();
  ping.unref();

  const accept = (socket: WebSocket, request: IncomingMessage, stream: Duplex, early: number) => {
    const remote = remoteOf(request);
    const connection = new Connection({ id: crypto.randomUUID(), socket, stream, remote, limits, now: clock.now() });
    sockets.set(connection, socket);
    const address = remote.address ?? "unknown";
    const pending = (pendingPerAddress.get(address) ?? 0) + 1;
    pendingPerAddress.set(address, pending);
    let counted = true;
    const noLongerPending = () => {
      if (!counted) return;
      counted = false;
      const left = (pendingPerAddress.get(address) ?? 1) - 1;
      if (left > 0) pendingPerAddress.set(address, left);
      else pendingPerAddress.delete(address);
    };

    const nonce = crypto.randomUUID();
    let received = early;
    /** What came while Tailscale was being asked. */
    let waiting: string[] | undefined;
    const count = (chunk: Buffer) => {
      received += chunk.length;
      if (received > limits.maxHandshakePayload) connection.close(1009, "");
    };
    stream.on("data", count);
    const timeout = setTimeout(() => connection.close(1008, "handshake timeout"), limits.handshakeTimeoutMs);
    socket.on("message", (data, isBinary) => {
      connection.noteLife();
      if (connection.closing) return;
      const text = decode(data, isBinary);
      if (connection.session) return options.dispatch(connection, connection.session, text);
      if (waiting) {
        waiting.push(text);
        if (waiting.length > MAX_EARLY_REQUESTS) connection.close(1008, "too many requests before hello-ok");
        return;
      }
      // A frame that came in one piece was complete before its bytes were counted.
      if (Buffer.byteLength(text) > limits.maxHandshakePayload) return connection.close(1009, "");
      const finish = (tailscaleLogin?: string) => {
        const session = shakeHands(connection, nonce, text, { ...remote, tailscaleLogin });
        if (!session) return;
        clearTimeout(timeout);
        stream.off("data", count);
        noLongerPending();
        for (const early of waiting ?? []) options.dispatch(connection, session, early);
        waiting = undefined;
      };
      const { tailscaleLogin } = options;
      if (!tailscaleLogin || remote.localDirect || request.headers["tailscale-user-login"] === undefined)
        return finish();
      waiting = [];
      tailscaleLogin(request).then(
        (login) => {
          if (!connection.closing) finish(login);
        },
        (error: unknown) => {
          log.error("tailscale could not be asked who connects", { error: String(error) });
          if (!connection.closing) finish();
        },
      );
    });
    socket.on("pong", () => connection.noteLife());
    socket.on("error", (error) => log.debug("connection error", { conn: connection.id, error: error.message }));
    socket.on("close", () => {
      clearTimeout(timeout);
      noLongerPending();
      connection.closing = true;
      sockets.delete(connection);
      connections.remove(connection);
      if (connection.session) options.onDisconnected(connection, connection.session);
    });
    if (pending > limits.maxPendingPerAddress) return connection.close(1008, "too many pending connections");
    connection.sendUnnumbered("connect.challenge", { nonce, ts: clock.now() });
  };

  const remoteOf = (request: IncomingMessage): Remote => {
    const { remoteAddress } = request.socket;
    const { headers } = request;
    const { clientAddress, localDirect, notice } = requestOrigin({ remoteAddress, headers }, options.trustedProxies());
    if (notice) remark(notice, remoteAddress ?? "unknown", headers.host);
    return {
      address: clientAddress,
      localDirect,
      origin: headers.origin,
      host: headers.host,
      userAgent: headers["user-agent"],
      secure: headers["x-forwarded-proto"] === "https",
    };
  };

  /** Says once per peer why a connection that may look local is not. */
  const remark = (notice: OriginNotice, peer: string, host: string | undefined) => {
    const key = `${notice} ${peer}`;
    if (remarked.has(key) || remarked.size >= MAX_REMARKS) return;
    remarked.add(key);
    if (notice === "forwarded-headers-from-untrusted-address") {
      log.warn(
        `Proxy headers detected from untrusted address ${peer}; its clients count as remote. List it in gateway.trustedProxies if it is your proxy.`,
      );
    } else {
      log.info(`a connection from ${peer} names the host ${host ?? "(none)"}; it counts as remote`);
    }
  };

  /** Handles the first frame; returns the session when it was a good `connect`. */
  const shakeHands = (connection: Connection, nonce: string, text: string, remote: Remote): Session | undefined => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      connection.close(1008, "invalid request frame");
      return undefined;
    }
    const read = readRequestFrame(message);
    if (!read.ok) {
      connection.close(1008, "invalid request frame");
      return undefined;
    }
    const { frame } = read;
    if (frame.method !== "connect") {
      const reason = "invalid handshake: first request must be connect";
      connection.fail(frame.id, gatewayError("INVALID_REQUEST", reason));
      connection.close(1008, reason);
      return undefined;
    }
    const result = handshake(frame.params, nonce, remote, options.handshakeContext());
    if (!result.ok) {
      log.warn(`connection refused: ${result.error.message}`, {
        conn: connection.id,
        remote: connection.remote.address,
      });
      connection.fail(frame.id, result.error);
      connection.close(result.closeCode, result.closeReason);
      return undefined;
    }
    connection.session = result.session;
    connection.respond(frame.id, options.hello(connection, result.session, result));
    connections.add(connection);
    options.onConnected(connection, result.session);
    return result.session;
  };

  return {
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (ws) => accept(ws, request, socket, head.length));
    },
    async close() {
      clearInterval(tick);
      clearInterval(ping);
      const closed = [...sockets].map(
        ([connection, socket]) =>
          new Promise<void>((resolve) => {
            socket.once("close", () => resolve());
            connection.close(1012, "service restart");
          }),
      );
      await Promise.all(closed);
      server.close();
    },
  };
}

function decode(data: RawData, isBinary: boolean): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  const buffer = data instanceof ArrayBuffer ? Buffer.from(data) : data;
  return isBinary ? new TextDecoder().decode(buffer) : buffer.toString("utf8");
}
