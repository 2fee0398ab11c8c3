import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import os from "node:os";
import path from "node:path";
import { type DiscordServerManifest, startDiscordServer } from "@openclaw/crabline";
import { type RawData, WebSocket, WebSocketServer } from "ws";

/** A request of the bot, as the service saw it. */
export interface ApiCall {
  method: string;
  /** Behind `/api/v10`. */
  path: string;
  query: URLSearchParams;
  /** JSON, or the JSON part of a form. */
  body: unknown;
  /** Names of uploaded files. */
  files: string[];
  /** What is in them. */
  contents: Buffer[];
  /** What was answered. */
  status: number;
  response: unknown;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Match = (call: ApiCall) => boolean;

/**
 * Discord on this machine: a provider server of the test library, behind a rim that can do what it cannot: cut
 * connections, refuse, repeat, and send any event.
 */
export interface DiscordService {
  manifest: DiscordServerManifest;
  /** For `OPENCLAW_DISCORD_API_URL`. */
  apiUrl: string;
  /** Root of addresses under which files are served. */
  filesUrl: string;
  calls: readonly ApiCall[];
  /** Resolves with the next call that matches and was not taken by `next` before. */
  next(match: Match): Promise<ApiCall>;
  /** Calls that match and were not taken. */
  untaken(match: Match): ApiCall[];
  /** Answers the next `times` calls that match, instead of the server. */
  answer(match: Match, answer: Answer | ((call: ApiCall) => Answer), times?: number): void;
  serveFile(name: string, file: { data: Uint8Array; mimeType: string }): string;
  /** Somebody writes; resolves with the message's id. */
  write(message: {
    from: string;
    name?: string;
    channelId: string;
    guildId?: string;
    parentChannelId?: string;
    content: string;
    replyTo?: string;
  }): Promise<string>;
  /** The private chat between somebody and the bot. */
  directChannel(userId: string): Promise<string>;
  /** Sends an event to every connection. */
  emit(type: string, data: unknown): void;
  /** Sends what was sent for a message once more. */
  repeat(messageId: string): void;
  /** Closes every connection; without a code they are cut. */
  drop(code?: number): Promise<void>;
  /** New connections are closed with this code at once; undefined ends that. */
  refuseConnections(code: number | undefined): void;
  /** Requests for a connection are refused with an HTTP error, or taken again. */
  refuseUpgrades(refused: boolean): void;
  /** What the bot said when it connected, last. */
  identified(): { intents: number } | undefined;
  /** Resolves with what the bot said with an opcode, once it has. */
  said(opcode: number): Promise<unknown>;
  connected(): Promise<void>;
  close(): Promise<void>;
}

export async function startDiscordService(): Promise<DiscordService> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "discord-service-"));
  const server = await startDiscordServer({ recorderPath: path.join(folder, "calls.jsonl") });
  const { manifest } = server;
  const calls: ApiCall[] = [];
  const taken = new Set<ApiCall>();
  const waiting: { match: Match; resolve(call: ApiCall): void }[] = [];
  const answers: { match: Match; answer: Answer | ((call: ApiCall) => Answer); left: number }[] = [];
  const files = new Map<string, { data: Uint8Array; mimeType: string }>();
  const frames = new Map<string, string>();
  const links = new Set<{ client: WebSocket; ready: boolean; sequence: number }>();
  const readiness: (() => void)[] = [];
  const words = new Map<number, unknown>();
  const listeners: { opcode: number; resolve(data: unknown): void }[] = [];
  let identify: { intents: number } | undefined;
  let refusal: number | undefined;
  let upgradesRefused = false;

  const record = (call: ApiCall) => {
    calls.push(call);
    const at = waiting.findIndex(({ match }) => match(call));
    const waiter = at < 0 ? undefined : waiting.splice(at, 1)[0];
    if (waiter) {
      taken.add(call);
      waiter.resolve(call);
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const raw = await bytesOf(request);
    const file = url.pathname.startsWith("/files/") ? files.get(url.pathname.slice("/files/".length)) : undefined;
    if (file) {
      response.writeHead(200, { "content-type": file.mimeType, "content-length": file.data.byteLength });
      response.end(file.data);
      return;
    }
    const call = await readCall(request, url, raw);
    const scripted = answers.find(({ match, left }) => left > 0 && match(call));
    if (scripted) {
      scripted.left -= 1;
      const { status, body, headers } = typeof scripted.answer === "function" ? scripted.answer(call) : scripted.answer;
      response.writeHead(status, { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers });
      response.end(body === undefined ? "" : JSON.stringify(body));
      record({ ...call, status, response: body });
      return;
    }
    const answer = await fetch(`${manifest.baseUrl}${request.url}`, {
      method: request.method ?? "GET",
      headers: forwarded(request),
      ...(raw.byteLength > 0 ? { body: raw } : {}),
    });
    const text = await answer.text();
    const body: unknown = parse(text);
    const shown = call.path === "/gateway/bot" && isRecord(body) ? { ...body, url: gatewayUrl() } : body;
    const type = answer.headers.get("content-type");
    response.writeHead(answer.status, type === null ? {} : { "content-type": type });
    response.end(shown === undefined ? text : JSON.stringify(shown));
    record({ ...call, status: answer.status, response: shown });
  };

  const rim = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server: rim, verifyClient: () => !upgradesRefused });
  sockets.on("connection", (client, request) => {
    if (refusal !== undefined) return client.close(refusal);
    const upstream = new WebSocket(`${manifest.endpoints.gatewayUrl}${new URL(request.url ?? "/", "http://x").search}`);
    const link = { client, ready: false, sequence: 0 };
    const early: string[] = [];
    links.add(link);
    upstream.on("open", () => {
      for (const frame of early.splice(0)) upstream.send(frame);
    });
    client.on("message", (data) => {
      const frame = text(data);
      const payload = parse(frame);
      if (isRecord(payload) && payload.op === 2 && isRecord(payload.d))
        identify = { intents: Number(payload.d.intents) };
      if (isRecord(payload) && typeof payload.op === "number") {
        words.set(payload.op, payload.d);
        for (const { opcode, resolve } of listeners) if (opcode === payload.op) resolve(payload.d);
      }
      if (upstream.readyState === WebSocket.OPEN) upstream.send(frame);
      else early.push(frame);
    });
    upstream.on("message", (data) => {
      const frame = text(data);
      const payload = parse(frame);
      // The resume address is the server's own; the next connection has to come through here too.
      const own =
        isRecord(payload) && payload.t === "READY" && isRecord(payload.d)
          ? JSON.stringify({ ...payload, d: { ...payload.d, resume_gateway_url: gatewayUrl() } })
          : frame;
      if (client.readyState === WebSocket.OPEN) client.send(own);
      if (!isRecord(payload)) return;
      if (typeof payload.s === "number") link.sequence = payload.s;
      if (payload.t === "MESSAGE_CREATE" && isRecord(payload.d)) frames.set(String(payload.d.id), frame);
      if (payload.t === "GUILD_CREATE" || payload.t === "RESUMED") {
        link.ready = true;
        for (const resolve of readiness.splice(0)) resolve();
      }
    });
    const end = () => {
      links.delete(link);
      upstream.terminate();
    };
    client.on("close", end);
    client.on("error", end);
    upstream.on("error", () => client.terminate());
    upstream.on("close", (code) => client.close(code >= 4000 ? code : 1011));
  });
  await new Promise<void>((resolve) => rim.listen(0, "127.0.0.1", resolve));
  const address = rim.address();
  if (address === null || typeof address === "string") throw new Error("the Discord service has no port");
  const root = `http://127.0.0.1:${address.port}`;
  const gatewayUrl = () => `ws://127.0.0.1:${address.port}/gateway`;

  return {
    manifest,
    apiUrl: `${root}/api`,
    filesUrl: `${root}/files`,
    calls,
    next(match) {
      const known = calls.find((call) => !taken.has(call) && match(call));
      if (known) {
        taken.add(known);
        return Promise.resolve(known);
      }
      return new Promise((resolve) => waiting.push({ match, resolve }));
    },
    untaken: (match) => calls.filter((call) => !taken.has(call) && match(call)),
    answer(match, answer, times = 1) {
      answers.push({ match, answer, left: times });
    },
    serveFile(name, file) {
      files.set(name, file);
      return `${root}/files/${name}`;
    },
    async write({ from, name, channelId, guildId, parentChannelId, content, replyTo }) {
      const answer = await fetch(manifest.endpoints.adminInboundUrl, {
        method: "POST",
        headers: { "content-type": "application/json", "x-crabline-admin-token": manifest.adminToken },
        body: JSON.stringify({
          channelId,
          senderId: from,
          content,
          ...(name === undefined ? {} : { senderName: name }),
          ...(guildId === undefined ? {} : { guildId }),
          ...(parentChannelId === undefined ? {} : { parentChannelId }),
          ...(replyTo === undefined
            ? {}
            : { messageReference: { message_id: replyTo }, message_reference: { message_id: replyTo } }),
        }),
      });
      const body: unknown = await answer.json();
      if (!answer.ok || !isRecord(body) || !isRecord(body.message))
        throw new Error(`not written: ${JSON.stringify(body)}`);
      return String(body.message.id);
    },
    async directChannel(userId) {
      const answer = await fetch(`${manifest.endpoints.apiRoot}/v10/users/@me/channels`, {
        method: "POST",
        headers: { authorization: `Bot ${manifest.botToken}`, "content-type": "application/json" },
        body: JSON.stringify({ recipient_id: userId }),
      });
      const body: unknown = await answer.json();
      if (!isRecord(body)) throw new Error("no private chat");
      return String(body.id);
    },
    emit(type, data) {
      for (const { client, sequence } of links) client.send(JSON.stringify({ op: 0, t: type, s: sequence, d: data }));
    },
    repeat(messageId) {
      const frame = frames.get(messageId);
      if (frame === undefined) throw new Error(`message ${messageId} was never sent`);
      for (const { client } of links) client.send(frame);
    },
    async drop(code) {
      await Promise.all(
        [...links].map(
          ({ client }) =>
            new Promise<void>((resolve) => {
              client.once("close", () => resolve());
              if (code === undefined) client.terminate();
              else client.close(code);
            }),
        ),
      );
    },
    refuseConnections(code) {
      refusal = code;
    },
    refuseUpgrades(refused) {
      upgradesRefused = refused;
    },
    identified: () => identify,
    said: (opcode) =>
      words.has(opcode)
        ? Promise.resolve(words.get(opcode))
        : new Promise((resolve) => listeners.push({ opcode, resolve })),
    connected: () =>
      [...links].some(({ ready }) => ready) ? Promise.resolve() : new Promise((resolve) => readiness.push(resolve)),
    async close() {
      for (const { client } of links) client.terminate();
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      await new Promise<void>((resolve) => {
        rim.close(() => resolve());
        rim.closeAllConnections();
      });
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readCall(request: IncomingMessage, url: URL, raw: Uint8Array<ArrayBuffer>): Promise<ApiCall> {
  const type = request.headers["content-type"] ?? "";
  const form = type.startsWith("multipart/form-data")
    ? await new Response(raw, { headers: { "content-type": type } }).formData()
    : undefined;
  const json = form === undefined ? new TextDecoder().decode(raw) : form.get("payload_json");
  return {
    method: request.method ?? "GET",
    path: url.pathname.replace(/^\/api\/v10/, ""),
    query: url.searchParams,
    body: form !== undefined && json === null ? fieldsOf(form) : typeof json === "string" ? parse(json) : undefined,
    files:
      form === undefined ? [] : [...form.values()].flatMap((value) => (typeof value === "string" ? [] : [value.name])),
    contents: await Promise.all(
      [...(form?.values() ?? [])].flatMap((value) =>
        typeof value === "string" ? [] : [value.arrayBuffer().then((bytes) => Buffer.from(bytes))],
      ),
    ),
    status: 0,
    response: undefined,
  };
}

const fieldsOf = (form: FormData) =>
  Object.fromEntries([...form.entries()].filter(([, value]) => typeof value === "string"));

function forwarded(request: IncomingMessage): Record<string, string> {
  const names = ["authorization", "content-type", "x-crabline-admin-token"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function text(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
