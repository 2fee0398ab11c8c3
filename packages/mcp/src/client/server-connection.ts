import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { RequestOptions } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { CallToolResult, Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import { type McpServerConfig, withoutSecrets } from "../mcp-config.ts";
import { asksWho, explainRefusal, type OpenTransport, triesNextWay, waysTo } from "./open-transport.ts";

/** For starting a program or reaching an endpoint, and for listing its tools, ms. */
const connectTimeoutMs = 30_000;
/** So long a run waits for a server that is being started, ms; one that takes longer joins the next run. */
export const patienceMs = 10_000;
/** For a call that says nothing, and for any call, ms. */
const callTimeoutMs = 60_000;
const longestCallMs = 600_000;
/** Pauses between attempts, ms: the first one after a failure comes at the next use, then they double. */
const retryBaseMs = 1000;
const retryMaxMs = 60_000;
/** A server that ran this long did not fail by its start, ms. */
const provenMs = 30_000;
/** A server that goes on for ever must not keep us in the listing of its tools. */
const maxPages = 50;

export type ServerState = "idle" | "connecting" | "ready" | "failed";

/** What became of a server, for people. */
export interface ServerStatus {
  state: ServerState;
  /** Names of its tools, as it calls them; those it had last. */
  tools: readonly string[];
  /** Why it is not there. Without secrets. */
  error?: string;
}

/** The connection to one server: opened when it is first needed, and again when it was lost. */
export interface ServerConnection {
  readonly status: ServerStatus;
  /** Its tools; none while it is not connected. */
  readonly tools: readonly ListedTool[];
  /** What it offers beside tools; nothing while it is not connected. */
  readonly offers: { readonly resources: boolean; readonly prompts: boolean };
  /** A promise while it is being connected. Never rejects: the status tells. */
  ensure(): Promise<void> | undefined;
  /** Whether it is worth waiting for: it did not fail twice, and is not overdue. */
  readonly promising: boolean;
  /** @throws Error when the server cannot be reached, does not answer in time, or refuses the call */
  call(name: string, args: Record<string, unknown>, options: CallOptions): Promise<CallToolResult>;
  /**
   * Asks the server for something else; `what` completes "has not answered …".
   * @throws Error like `call`
   */
  ask<T>(
    what: string,
    question: (client: Client, limits: RequestOptions) => Promise<T>,
    options: CallOptions,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface CallOptions {
  signal: AbortSignal;
  onProgress?(text: string): void;
}

export interface ServerConnectionOptions {
  id: string;
  server: McpServerConfig;
  /** Working directory of a program that names none. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Folder below which sign-ins are kept; servers that want one cannot be used without it. */
  stateDir?: string | undefined;
  /** As servers see us. */
  version: string;
  onStatus?(status: ServerStatus): void;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

export function createServerConnection(options: ServerConnectionOptions): ServerConnection {
  const { id, server, clock, timers, log } = options;
  let state: ServerState = "idle";
  let error: string | undefined;
  let client: Client | undefined;
  let opened: Client | undefined;
  let tools: readonly ListedTool[] = [];
  let connecting: Promise<void> | undefined;
  let failures = 0;
  let retryAt = 0;
  let readySince = 0;
  let begunAt = 0;
  let closed = false;

  const status = (): ServerStatus => ({
    state,
    tools: tools.map(({ name }) => name),
    ...(error === undefined ? {} : { error }),
  });
  const enter = (next: ServerState, reason?: string) => {
    state = next;
    error = reason;
    options.onStatus?.(status());
  };
  const clean = (thrown: unknown) =>
    withoutSecrets(thrown instanceof Error ? thrown.message : String(thrown), server).slice(0, 500);

  const failed = (reason: string) => {
    failures += 1;
    const pauseMs = failures === 1 ? 0 : Math.min(retryMaxMs, retryBaseMs * 2 ** (failures - 2));
    retryAt = clock.now() + pauseMs;
    log.warn(`MCP server ${id}: ${reason}`, pauseMs === 0 ? {} : { retryInMs: pauseMs });
    enter("failed", reason);
  };

  /** One attempt, on one way. */
  const attempt = async ({ transport }: OpenTransport): Promise<Client> => {
    const { Client: McpClient } = await import("@modelcontextprotocol/sdk/client/index.js");
    const own = new McpClient({ name: "openclaw", version: options.version });
    opened = own;
    await within(connectTimeoutMs, `no answer within ${connectTimeoutMs / 1000} s`, async (signal) => {
      await own.connect(transport, { signal, timeout: connectTimeoutMs });
      tools = await listTools(own, signal);
    });
    return own;
  };

  const connect = async (): Promise<void> => {
    enter("connecting");
    let lastWords = () => "";
    try {
      const [usual, old] = waysTo(server, options);
      if (usual === undefined) return;
      const way = await usual();
      lastWords = way.lastWords;
      if (closed) return;
      const own = await attempt(way).catch(async (thrown: unknown) => {
        if (closed || old === undefined || !(await triesNextWay(thrown))) throw thrown;
        return attempt(await old()).catch(async (second: unknown) => {
          // What the server said first is what counts when the old way does not work either, unless it asks who we are.
          throw (await asksWho(second)) ? second : thrown;
        });
      });
      if (closed) return void (await own.close());
      own.onclose = () => {
        if (client !== own) return;
        client = undefined;
        if (clock.now() - readySince >= provenMs) failures = 0;
        failed(`the connection ended${said(lastWords())}`);
      };
      const { ToolListChangedNotificationSchema } = await import("@modelcontextprotocol/sdk/types.js");
      own.setNotificationHandler(ToolListChangedNotificationSchema, () => refresh(own));
      client = own;
      opened = undefined;
      readySince = clock.now();
      log.info(`MCP server ${id} offers ${tools.length} tool${tools.length === 1 ? "" : "s"}`);
      enter("ready");
    } catch (thrown) {
      await opened?.close().catch(() => {}); // what could not be opened may not be closable either
      if (!closed) failed(`${clean(await explainRefusal(thrown, id, server))}${said(lastWords())}`);
    }
  };

  /** The server has told that its tools are others now. */
  const refresh = async (own: Client) => {
    try {
      tools = await listTools(own, AbortSignal.timeout(connectTimeoutMs));
      if (client === own) enter("ready");
    } catch (thrown) {
      log.warn(`MCP server ${id} did not tell its new tools: ${clean(thrown)}`);
    }
  };

  const within = async (ms: number, what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const control = new AbortController();
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = timers.after(ms, () => {
        control.abort();
        reject(new Error(what));
      });
    });
    try {
      await Promise.race([work(control.signal), late]);
    } finally {
      cancel();
    }
  };

  const ensure = (): Promise<void> | undefined => {
    if (closed || client !== undefined) return undefined;
    if (connecting === undefined) {
      if (clock.now() < retryAt) return undefined;
      begunAt = clock.now();
      connecting = connect().finally(() => {
        connecting = undefined;
      });
    }
    return connecting;
  };

  const ask: ServerConnection["ask"] = async (what, question, { signal, onProgress }) => {
    await ensure();
    const current = client;
    if (current === undefined) throw new Error(`The MCP server ${id} is not available: ${error ?? "it was closed"}`);
    try {
      return await question(current, {
        signal,
        timeout: callTimeoutMs,
        resetTimeoutOnProgress: true,
        maxTotalTimeout: longestCallMs,
        onprogress: ({ message }) => {
          if (message) onProgress?.(message);
        },
      });
    } catch (thrown) {
      throw new Error(`The MCP server ${id} has not answered ${what}: ${clean(thrown)}`);
    }
  };

  return {
    get status() {
      return status();
    },
    get tools() {
      return client === undefined ? [] : tools;
    },
    ensure,
    get promising() {
      return failures <= 1 && clock.now() - begunAt < patienceMs;
    },
    get offers() {
      const { resources, prompts } = client?.getServerCapabilities() ?? {};
      return { resources: resources !== undefined, prompts: prompts !== undefined };
    },
    async call(name, args, callOptions) {
      const { CallToolResultSchema } = await import("@modelcontextprotocol/sdk/types.js");
      const request = { method: "tools/call", params: { name, arguments: args } } as const;
      const question = (own: Client, limits: RequestOptions) => own.request(request, CallToolResultSchema, limits);
      return ask(`the call of ${name}`, question, callOptions);
    },
    ask,
    async close() {
      closed = true;
      const own = client ?? opened;
      client = undefined;
      await own?.close();
      await connecting;
    },
  };
}

async function listTools(client: Client, signal: AbortSignal): Promise<ListedTool[]> {
  if (client.getServerCapabilities()?.tools === undefined) return [];
  const { ListToolsResultSchema } = await import("@modelcontextprotocol/sdk/types.js");
  const tools: ListedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const answer = await client.request({ method: "tools/list", params }, ListToolsResultSchema, { signal });
    tools.push(...answer.tools);
    cursor = answer.nextCursor;
    if (!cursor) break;
  }
  return tools;
}

function said(words: string): string {
  return words === "" ? "" : ` (it said: ${words.slice(-300)})`;
}
