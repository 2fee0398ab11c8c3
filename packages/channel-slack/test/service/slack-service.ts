import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { startSlackServer } from "@openclaw/crabline";
import { type WebSocket, WebSocketServer } from "ws";

/** A call of the Web API, or of an address Slack gave out. */
export interface ApiCall {
  method: string;
  body: Record<string, unknown>;
  raw: Buffer;
  token: string;
  accepted: boolean;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/**
 * Slack on this machine: crabline's server, and before it what that lacks: Socket Mode, names, files, reactions, pins,
 * commands and the addresses for answers to them.
 */
export interface SlackService {
  apiUrl: string;
  origin: string;
  botToken: string;
  signingSecret: string;
  botUser: string;
  calls: readonly ApiCall[];
  /** What a method answers from now on, instead of crabline; `times` calls of it, or all. */
  answer(method: string, answer: Answer | ((call: ApiCall) => Answer), times?: number): void;
  /** A message somebody writes; resolves with its time stamp. It arrives as crabline sends it. */
  write(message: { channel: string; user: string; text: string; threadTs?: string; ts?: string }): Promise<string>;
  /** An event as Slack wraps it; resolves when it was acknowledged. */
  emit(event: object, wrapping?: object): Promise<unknown>;
  /** A message that crabline does not take; resolves with its time stamp. */
  emitAs(message: { channel: string; user: string; text: string }): Promise<string>;
  /** Nobody can connect until `end` is called; `refused` resolves when somebody tried. */
  outage(): { refused: Promise<void>; end(): void };
  /** An envelope of another kind; resolves with what the acknowledgement carries. */
  envelope(type: string, payload: object): Promise<unknown>;
  /** Events go there from now on, signed, instead of to sockets. */
  postTo(url: string): void;
  /** The private channel with somebody, as crabline opens it. */
  directChannel(user: string): Promise<string>;
  /** The next call of a method that was not taken yet. */
  take(method: string): Promise<ApiCall>;
  /** The next call of one of several methods. */
  takeFirst(methods: readonly string[]): Promise<ApiCall>;
  untaken(method: string): ApiCall[];
  serveFile(name: string, file: { data: Uint8Array; mimeType: string }): string;
  connected(): Promise<void>;
  drop(): Promise<void>;
  /** Connections that were opened so far. */
  connections(): number;
  close(): Promise<void>;
}

export const appToken = "xapp-1-ACRABLINE-1-secret";

export async function startSlackService(
  options: { rateLimit?: { remaining: number; retryAfterSeconds: number } } = {},
): Promise<SlackService> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-slack-"));
  const calls: ApiCall[] = [];
  const taken = new Set<ApiCall>();
  const answers = new Map<string, { answer: Answer | ((call: ApiCall) => Answer); left: number }[]>();
  const files = new Map<string, { data: Uint8Array; mimeType: string }>();
  const sockets = new Set<WebSocket>();
  const acks = new Map<string, (payload: unknown) => void>();
  const looks = new Set<() => void>();
  const look = () => {
    for (const each of [...looks]) each();
  };
  const until = <T>(check: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const each = () => {
        const found = check();
        if (found === undefined) return;
        looks.delete(each);
        resolve(found);
      };
      looks.add(each);
      each();
    });
  let target: string | undefined;
  let envelopes = 0;
  let connections = 0;

  const send = (type: string, payload: object): Promise<unknown> => {
    const [socket] = sockets;
    if (socket === undefined) return Promise.reject(new Error("nobody is connected"));
    envelopes += 1;
    const envelope_id = `envelope-${envelopes}`;
    return new Promise((resolve) => {
      acks.set(envelope_id, resolve);
      socket.send(JSON.stringify({ type, envelope_id, payload, accepts_response_payload: type !== "events_api" }));
    });
  };

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const { pathname } = new URL(request.url ?? "/", "http://slack");
    const reply = ({ status = 200, headers = {}, body }: Answer) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body ?? { ok: true }));
    };
    if (pathname === "/events-in") {
      if (target !== undefined) {
        const passed = await fetch(target, {
          method: "POST",
          headers: headersOf(request),
          body: raw,
        }).catch(() => undefined);
        return reply({ status: passed?.status ?? 503 });
      }
      await until(() => (sockets.size > 0 ? true : undefined));
      await send("events_api", JSON.parse(raw.toString()));
      return reply({});
    }
    if (pathname.startsWith("/files/")) {
      const file = files.get(pathname.slice("/files/".length));
      if (file === undefined || !String(request.headers.authorization).startsWith("Bearer xoxb-")) {
        return reply({ status: 403 });
      }
      response.writeHead(200, { "content-type": file.mimeType });
      return response.end(file.data);
    }
    const method = pathname.startsWith("/api/") ? pathname.slice("/api/".length) : pathname.slice(1);
    const call: ApiCall = {
      method,
      body: bodyOf(raw, String(request.headers["content-type"] ?? "")),
      raw,
      token: String(request.headers.authorization ?? "").replace(/^Bearer /, ""),
      accepted: false,
    };
    const scripted = answers.get(method)?.find(({ left }) => left > 0);
    let result: Answer;
    if (scripted !== undefined) {
      scripted.left -= 1;
      result = typeof scripted.answer === "function" ? scripted.answer(call) : scripted.answer;
    } else if (method === "apps.connections.open") {
      result = { body: { ok: true, url: `ws://127.0.0.1:${port}/link` } };
    } else if (pathname.startsWith("/api/")) {
      const passed = await fetch(`${crabline.manifest.endpoints.apiRoot}${method}`, {
        method: "POST",
        headers: headersOf(request),
        body: raw,
      });
      const retryAfter = passed.headers.get("retry-after");
      result = {
        status: passed.status,
        ...(retryAfter === null ? {} : { headers: { "retry-after": retryAfter } }),
        body: await passed.json(),
      };
    } else {
      result = { body: { ok: true } };
    }
    call.accepted = (result.status ?? 200) < 300 && isRecord(result.body ?? { ok: true }) && okOf(result.body);
    calls.push(call);
    reply(result);
    look();
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
  const origin = `http://127.0.0.1:${port}`;
  const link = new WebSocketServer({ server, path: "/link" });
  link.on("connection", (socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => sockets.delete(socket));
    socket.on("message", (data) => {
      const message: unknown = JSON.parse(String(data));
      if (!isRecord(message)) return;
      const id = String(message.envelope_id);
      acks.get(id)?.(message.payload);
      acks.delete(id);
      look();
    });
    socket.send(JSON.stringify({ type: "hello", num_connections: 1 }));
    look();
  });

  const crabline = await startSlackServer({
    recorderPath: path.join(folder, "slack.jsonl"),
    eventsRequestUrl: `${origin}/events-in`,
    ...(options.rateLimit === undefined ? {} : { chatPostMessageRateLimit: options.rateLimit }),
  });
  const { manifest } = crabline;

  const service: SlackService = {
    apiUrl: `${origin}/api/`,
    origin,
    botToken: manifest.botToken,
    signingSecret: manifest.signingSecret,
    botUser: "UCRABBOT",
    calls,
    answer(method, answer, times = Number.POSITIVE_INFINITY) {
      answers.set(method, [{ answer, left: times }, ...(answers.get(method) ?? [])]);
    },
    async write(message) {
      const response = await fetch(manifest.endpoints.adminInboundUrl, {
        method: "POST",
        headers: { "content-type": "application/json", "x-crabline-admin-token": manifest.adminToken },
        body: JSON.stringify(message),
      });
      const answer: unknown = await response.json();
      const written = isRecord(answer) && isRecord(answer.message) ? answer.message : undefined;
      if (typeof written?.ts !== "string") throw new Error(`crabline refused: ${JSON.stringify(answer)}`);
      return written.ts;
    },
    emit: (event, wrapping = {}) =>
      send("events_api", {
        type: "event_callback",
        team_id: "TCRABLINE",
        api_app_id: "ACRABLINE",
        authorizations: [{ user_id: "UCRABBOT", is_bot: true }],
        event,
        ...wrapping,
      }),
    async emitAs(message) {
      envelopes += 1;
      const ts = `1700000900.0000${envelopes}`;
      await service.emit({ type: "message", ts, ...message });
      return ts;
    },
    outage() {
      const { promise: refused, resolve } = Promise.withResolvers<void>();
      const answer = () => {
        resolve();
        return { status: 503, body: { ok: false, error: "service_unavailable" } };
      };
      const down = { answer, left: Number.POSITIVE_INFINITY };
      answers.set("apps.connections.open", [down, ...(answers.get("apps.connections.open") ?? [])]);
      return {
        refused,
        end() {
          down.left = 0;
        },
      };
    },
    envelope: send,
    postTo(url) {
      target = url;
    },
    async directChannel(user) {
      const response = await fetch(`${manifest.endpoints.apiRoot}conversations.open`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${manifest.botToken}` },
        body: JSON.stringify({ users: user }),
      });
      const answer: unknown = await response.json();
      const channel = isRecord(answer) && isRecord(answer.channel) ? answer.channel : {};
      return String(channel.id);
    },
    async take(method) {
      const call = await until(() => service.untaken(method)[0]);
      taken.add(call);
      return call;
    },
    async takeFirst(methods) {
      const call = await until(() =>
        calls.find((each) => methods.includes(each.method) && each.accepted && !taken.has(each)),
      );
      taken.add(call);
      return call;
    },
    untaken: (method) => calls.filter((call) => call.method === method && call.accepted && !taken.has(call)),
    serveFile(name, file) {
      files.set(name, file);
      return `${origin}/files/${name}`;
    },
    connected: async () => void (await until(() => (sockets.size > 0 ? true : undefined))),
    async drop() {
      for (const socket of sockets) socket.terminate();
      sockets.clear();
    },
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.terminate();
      link.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await crabline.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  return service;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function okOf(body: unknown): boolean {
  return !isRecord(body) || body.ok !== false;
}

function headersOf(request: http.IncomingMessage): Record<string, string> {
  const kept = ["content-type", "authorization", "x-slack-request-timestamp", "x-slack-signature", "x-slack-retry-num"];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

function bodyOf(raw: Buffer, type: string): Record<string, unknown> {
  if (type.includes("json")) {
    const read: unknown = JSON.parse(raw.toString() || "{}");
    return isRecord(read) ? read : {};
  }
  if (!type.includes("urlencoded")) return {};
  return Object.fromEntries(
    [...new URLSearchParams(raw.toString())].map(([name, value]) => [name, readJson(value) ?? value]),
  );
}

/** Lists and objects among the fields of a form; texts may begin like one. */
function readJson(value: string): unknown {
  if (!/^[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
