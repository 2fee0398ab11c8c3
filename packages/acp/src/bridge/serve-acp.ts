import { type Readable, Writable } from "node:stream";
import { agent, ndJsonStream, PROTOCOL_VERSION, type SessionUpdate } from "@agentclientprotocol/sdk";
import type { GatewayClient } from "@openclaw/client";
import { z } from "zod";
import { byteStream } from "../stream/byte-stream.ts";
import { asBridgeError, bridgeError } from "./bridge-error.ts";
import { chooseKey, type SessionDefaults } from "./choose-key.ts";
import { availableCommands } from "./commands.ts";
import { createOpenPrompts } from "./open-prompts.ts";
import { promptMessage } from "./prompt-content.ts";

/** So much of a conversation is told again when an editor loads it, messages. */
const replayedMessages = 200;
const defaultListed = 100;

export interface ServeAcpOptions {
  /** A connected client with the scopes of an operator, and the capability `tool-events`. */
  gateway: GatewayClient;
  stdin: Readable;
  stdout: Writable;
  /** As editors see the bridge. */
  version: string;
  defaults?: SessionDefaults;
  /** What goes on, for people; not on `stdout`. */
  log?: (line: string) => void;
  newId?: () => string;
}

export interface ServedAcp {
  /** Resolves when the editor has closed its side and its runs were stopped. */
  readonly closed: Promise<void>;
  /** To be called when the connection to the Gateway ends, with `<code>: <reason>`: prompts that are open fail. */
  gatewayLost(reason: string): void;
  close(): void;
}

interface BridgeSession {
  sessionKey: string;
  cwd: string;
  prefixCwd: boolean;
}

const promptMeta = z
  .object({
    thinking: z.string().optional().catch(undefined),
    thinkingLevel: z.string().optional().catch(undefined),
    deliver: z.boolean().optional().catch(undefined),
    timeoutMs: z.number().nonnegative().optional().catch(undefined),
    prefixCwd: z.boolean().optional().catch(undefined),
  })
  .catch({});
const listMeta = z.object({ limit: z.int().positive().optional().catch(undefined) }).catch({});
const message = z.object({
  role: z.enum(["user", "assistant"]),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
});

/** Bridges an editor that speaks ACP on a pair of streams to the sessions of a Gateway. */
export function serveAcp(options: ServeAcpOptions): ServedAcp {
  const { gateway, stdin, stdout, version, defaults = {} } = options;
  const log = options.log ?? (() => {});
  const newId = options.newId ?? (() => crypto.randomUUID());
  const sessions = new Map<string, BridgeSession>();
  const update = (sessionId: string, what: SessionUpdate) =>
    connection.client.notify("session/update", { sessionId, update: what });
  const prompts = createOpenPrompts({ gateway, update, newId, log });

  const sessionOf = (sessionId: string): BridgeSession => {
    const session = sessions.get(sessionId);
    if (session === undefined) throw bridgeError(`Session ${sessionId} not found`);
    return session;
  };
  const openSession = async (
    sessionId: string,
    asked: { cwd: string; meta: unknown; fallbackKey: string; mcpServers: number },
  ): Promise<BridgeSession> => {
    if (asked.mcpServers > 0) log("MCP servers of the editor are ignored; configure them in the Gateway (mcp.servers)");
    const chosen = await chooseKey(gateway, { meta: asked.meta, defaults, fallbackKey: asked.fallbackKey });
    const session = { ...chosen, cwd: asked.cwd };
    sessions.set(sessionId, session);
    log(`session ${sessionId} is ${session.sessionKey}`);
    // Behind the answer, from which the editor learns the id.
    setImmediate(() => {
      const offered: SessionUpdate = { sessionUpdate: "available_commands_update", availableCommands };
      update(sessionId, offered).catch((error: unknown) => log(`the commands were not told: ${String(error)}`));
    });
    return session;
  };
  const replay = async (sessionId: string, sessionKey: string): Promise<void> => {
    const { messages } = await gateway.request("chat.history", { sessionKey, limit: replayedMessages });
    for (const given of messages) {
      const read = message.safeParse(given).data;
      const text = read?.content.flatMap((part) => (part.type === "text" ? (part.text ?? []) : [])).join("\n") ?? "";
      if (read === undefined || text.trim() === "") continue;
      const sessionUpdate = read.role === "user" ? "user_message_chunk" : "agent_message_chunk";
      await update(sessionId, { sessionUpdate, content: { type: "text", text } });
    }
  };

  const app = agent({ name: "openclaw-acp" })
    .onRequest("initialize", () => ({
      protocolVersion: PROTOCOL_VERSION,
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, audio: false, embeddedContext: true },
        mcpCapabilities: { http: false, sse: false },
        sessionCapabilities: { list: {} },
      },
      agentInfo: { name: "openclaw-acp", title: "OpenClaw ACP Gateway", version },
      authMethods: [],
    }))
    .onRequest("authenticate", () => ({}))
    .onRequest("session/new", ({ params }) =>
      worded(async () => {
        const sessionId = newId();
        const { cwd, mcpServers = [], _meta: meta } = params;
        await openSession(sessionId, { cwd, meta, fallbackKey: `acp:${sessionId}`, mcpServers: mcpServers.length });
        return { sessionId };
      }),
    )
    .onRequest("session/load", ({ params }) =>
      worded(async () => {
        const { sessionId, cwd, mcpServers = [], _meta: meta } = params;
        const asked = { cwd, meta, fallbackKey: sessionId, mcpServers: mcpServers.length };
        const { sessionKey } = await openSession(sessionId, asked);
        await replay(sessionId, sessionKey);
        return {};
      }),
    )
    .onRequest("session/list", ({ params }) =>
      worded(async () => {
        const { limit = defaultListed } = listMeta.parse(params._meta ?? {});
        const { sessions: rows } = await gateway.request("sessions.list", { limit, includeDerivedTitles: true });
        return { sessions: rows.map((row) => sessionInfo(row, params.cwd)), nextCursor: null };
      }),
    )
    .onRequest("session/prompt", ({ params, signal }) =>
      worded(async () => {
        const { sessionId, prompt, _meta } = params;
        const session = sessionOf(sessionId);
        const meta = promptMeta.parse(_meta ?? {});
        const prefix = meta.prefixCwd ?? session.prefixCwd;
        const cancelled = () => void prompts.cancel(sessionId).catch((error: unknown) => log(String(error)));
        signal.addEventListener("abort", cancelled, { once: true });
        try {
          const stopReason = await prompts.run({
            ...promptMessage(prompt, prefix ? session.cwd : undefined),
            sessionId,
            sessionKey: session.sessionKey,
            thinking: meta.thinking ?? meta.thinkingLevel,
            deliver: meta.deliver,
            timeoutMs: meta.timeoutMs,
          });
          return { stopReason };
        } finally {
          signal.removeEventListener("abort", cancelled);
        }
      }),
    )
    .onRequest("session/set_mode", async ({ params }) => {
      const { sessionKey } = sessionOf(params.sessionId);
      try {
        await gateway.request("sessions.patch", { key: sessionKey, thinkingLevel: params.modeId });
      } catch (error) {
        log(`the mode ${params.modeId} was not set: ${error instanceof Error ? error.message : String(error)}`);
      }
      return {};
    })
    .onNotification("session/cancel", async ({ params }) => {
      try {
        await prompts.cancel(params.sessionId);
      } catch (error) {
        log(`the run was not stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  const connection = app.connect(ndJsonStream(Writable.toWeb(stdout), byteStream(stdin)));

  const closed = connection.closed.then(async () => {
    await prompts.cancelAll();
    prompts.close();
  });
  return {
    closed,
    gatewayLost: (reason) => prompts.lost(reason),
    close: () => connection.close(),
  };
}

interface ListedSession {
  key: string;
  kind: string;
  label?: string | undefined;
  displayName?: string | undefined;
  derivedTitle?: string | undefined;
  updatedAt?: number | null | undefined;
  channel?: string | undefined;
}

function sessionInfo(row: ListedSession, cwd: string | null | undefined) {
  const { key, kind, channel, updatedAt } = row;
  return {
    sessionId: key,
    // Sessions of the Gateway have no folder of the editor's machine.
    cwd: cwd ?? process.cwd(),
    title: row.derivedTitle ?? row.displayName ?? row.label ?? key,
    ...(updatedAt ? { updatedAt: new Date(updatedAt).toISOString() } : {}),
    _meta: { sessionKey: key, kind, ...(channel === undefined ? {} : { channel }) },
  };
}

async function worded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asBridgeError(error);
  }
}
