import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "@openclaw/log";
import { type AuthLimiter, secretsEqual } from "@openclaw/net";
import type { AgentAction, WakeAction } from "./action.ts";
import { applyMapping, findMapping, MappingRefusal } from "./mapping.ts";
import { drainRequest, readBody } from "./request-body.ts";
import type { TemplateFacts } from "./template.ts";
import type { Transforms } from "./transform.ts";
import type { WebhookMapping, WebhookSettings } from "./webhook-settings.ts";

export interface WebhookServerOptions {
  settings: WebhookSettings;
  mappings: readonly WebhookMapping[];
  transforms: Transforms;
  /** Ids of the channels an answer can go to. */
  channels(): readonly string[];
  /** Tells the main session something; resolves when that is on disk. */
  wake(action: WakeAction): Promise<void>;
  /** Begins a run; resolves with its id when it is in the journal. `trusted`: the configuration has chosen its session. */
  agent(action: AgentAction, options: { trusted: boolean }): Promise<{ runId: string }>;
  limiter: AuthLimiter;
  now(): number;
  log: Logger;
}

/** Takes the requests below the base path of webhooks. */
export interface WebhookServer {
  /**
   * @param path what follows the base
   * @param address of the client, for whoever tries many tokens
   */
  handle(request: IncomingMessage, response: ServerResponse, path: string, address: string | undefined): Promise<void>;
}

export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const { settings, log } = options;
  let toldOfQuery = false;

  const tokenOf = (request: IncomingMessage, url: URL): string | undefined => {
    const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim();
    if (bearer) return bearer;
    const own = request.headers["x-openclaw-token"];
    const header = (Array.isArray(own) ? own[0] : own)?.trim();
    if (header) return header;
    const query = url.searchParams.get("token") ?? undefined;
    if (query !== undefined && !toldOfQuery) {
      toldOfQuery = true;
      log.warn("hooks: a token in the query of a URL ends up in logs; send it as Authorization: Bearer instead");
    }
    return query;
  };

  /** False when the request was answered. */
  const isAllowed = (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    address: string | undefined,
  ): boolean => {
    const attempt = { address, credential: "shared-secret" as const };
    const token = tokenOf(request, url);
    if (token !== undefined && secretsEqual(token, settings.token)) {
      options.limiter.succeeded(attempt);
      return true;
    }
    const verdict = options.limiter.failed(attempt);
    if (verdict.allowed) sendText(response, 401, "Unauthorized");
    else {
      const seconds = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000));
      sendText(response, 429, "Too Many Requests", { "Retry-After": String(seconds) });
    }
    return false;
  };

  /** The payload of a request; undefined when it was answered. */
  const payloadOf = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Record<string, unknown> | undefined> => {
    const body = await readBody(request, settings.maxBodyBytes);
    if (body === undefined) {
      sendJson(response, 413, { ok: false, error: "payload too large" }, { Connection: "close" });
      drainRequest(request);
      return undefined;
    }
    try {
      const value: unknown = body.trim() === "" ? {} : JSON.parse(body);
      return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
    } catch (error) {
      sendJson(response, 400, { ok: false, error: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };

  const wake = async (response: ServerResponse, action: WakeAction): Promise<void> => {
    await options.wake(action);
    sendJson(response, 200, { ok: true, mode: action.mode });
  };

  const agent = async (response: ServerResponse, action: AgentAction, trusted: boolean): Promise<void> => {
    const ids = options.channels();
    if (action.channel !== "last" && !ids.includes(action.channel)) {
      return refuse(response, `channel must be last|${ids.join("|")}`);
    }
    const { runId } = await options.agent(action, { trusted });
    sendJson(response, 202, { ok: true, runId });
  };

  const mapped = async (response: ServerResponse, facts: TemplateFacts, url: string): Promise<void> => {
    const mapping = findMapping(options.mappings, facts);
    if (mapping === undefined) return sendText(response, 404, "Not Found");
    try {
      const action = await applyMapping(mapping, facts, { url, transforms: options.transforms });
      if (action === null) {
        response.writeHead(204).end();
        return;
      }
      if (action.kind === "wake") await wake(response, action);
      else await agent(response, action, true);
    } catch (error) {
      if (error instanceof MappingRefusal) return refuse(response, error.message);
      log.error(
        `hooks: the mapping ${mapping.id ?? facts.path} failed: ${error instanceof Error ? error.message : error}`,
      );
      sendJson(response, 500, { ok: false, error: "hook mapping failed" });
    }
  };

  return {
    async handle(request, response, path, address) {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (!isAllowed(request, response, url, address)) return drainRequest(request);
      if (request.method !== "POST") {
        sendText(response, 405, "Method Not Allowed", { Allow: "POST" });
        return drainRequest(request);
      }
      if (path === "") {
        sendText(response, 404, "Not Found");
        return drainRequest(request);
      }
      const payload = await payloadOf(request, response);
      if (payload === undefined) return;
      url.searchParams.delete("token");
      const facts: TemplateFacts = {
        payload,
        headers: headersOf(request),
        query: Object.fromEntries(url.searchParams),
        path,
        now: new Date(options.now()).toISOString(),
      };
      if (path === "wake") {
        const text = trimmed(payload.text);
        if (text === undefined) return refuse(response, "text required");
        return wake(response, { kind: "wake", text, mode: modeOf(payload.mode) });
      }
      if (path !== "agent") return mapped(response, facts, `${url.pathname}${url.search}`);
      const asked = agentOf(payload, request);
      if ("refusal" in asked) return refuse(response, asked.refusal);
      return agent(response, asked, false);
    },
  };
}

function agentOf(payload: Record<string, unknown>, request: IncomingMessage): AgentAction | { refusal: string } {
  const message = trimmed(payload.message);
  if (message === undefined) return { refusal: "message required" };
  const model = trimmed(payload.model);
  if (payload.model !== undefined && model === undefined) return { refusal: "model required" };
  const { timeoutSeconds } = payload;
  const key = request.headers["idempotency-key"];
  const once = trimmed(Array.isArray(key) ? key[0] : key);
  const seconds = typeof timeoutSeconds === "number" && timeoutSeconds >= 1 ? Math.floor(timeoutSeconds) : undefined;
  return {
    kind: "agent",
    message,
    name: trimmed(payload.name) ?? "Hook",
    sessionKey: trimmed(payload.sessionKey),
    wakeMode: modeOf(payload.wakeMode),
    deliver: payload.deliver !== false,
    channel: trimmed(payload.channel)?.toLowerCase() ?? "last",
    to: trimmed(payload.to),
    model,
    thinking: trimmed(payload.thinking),
    timeoutSeconds: seconds,
    once,
  };
}

function modeOf(value: unknown): "now" | "next-heartbeat" {
  return value === "next-heartbeat" ? "next-heartbeat" : "now";
}

function trimmed(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** What a mapping may see of the headers: not the token. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const hidden = new Set(["authorization", "x-openclaw-token", "cookie"]);
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined || hidden.has(name) ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

function refuse(response: ServerResponse, error: string): void {
  sendJson(response, 400, { ok: false, error });
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  send(response, status, JSON.stringify(body), { "Content-Type": "application/json; charset=utf-8", ...headers });
}

function sendText(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  send(response, status, text, { "Content-Type": "text/plain; charset=utf-8", ...headers });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
  response.writeHead(status, {
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    ...headers,
  });
  response.end(body);
}
