import type { Readable, Writable } from "node:stream";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { GatewayClient } from "@openclaw/client";
import { z } from "zod";
import { messageLines } from "./message-lines.ts";

const defaultSendSeconds = 300;
/** Sessions offered as resources; clients show them as a list. */
const maxResources = 100;
const resourceMessages = 200;

export interface ServeGatewayOptions {
  /** A connected client with the scopes of an operator. */
  gateway: GatewayClient;
  stdin: Readable;
  stdout: Writable;
  /** As clients see this server. */
  version: string;
  /** Names of a request. */
  newId?: () => string;
}

export interface ServedGateway {
  /** Resolves when the client has closed its side. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** What a run answers that was started with `agent`. */
const agentAnswer = z.object({
  result: z.object({ payloads: z.array(z.object({ text: z.string() })) }).optional(),
});

/**
 * Offers the conversations of a Gateway as an MCP server on a pair of streams: to list and read sessions, and to say
 * something in one and hear the answer. Writes nothing but the protocol.
 */
export async function serveGateway(options: ServeGatewayOptions): Promise<ServedGateway> {
  const { gateway, stdin, stdout, version } = options;
  const newId = options.newId ?? (() => crypto.randomUUID());
  const server = new McpServer(
    { name: "openclaw", title: "OpenClaw", version },
    { instructions: "Conversations of a personal assistant. sessions_send waits for the assistant's answer." },
  );

  server.registerTool(
    "sessions_list",
    {
      title: "List sessions",
      description: "The conversations of the assistant, the most recently used first.",
      inputSchema: {
        limit: z.int().min(1).max(200).default(50),
        agentId: z.string().min(1).optional().describe("only sessions of this agent"),
        search: z.string().min(1).optional().describe("only sessions whose key, label or title has this text"),
        activeMinutes: z.int().min(1).optional().describe("only sessions used within so many minutes"),
      },
      annotations: { readOnlyHint: true },
    },
    ({ limit, agentId, search, activeMinutes }) =>
      answered(async () => {
        const { sessions } = await gateway.request("sessions.list", {
          limit,
          includeDerivedTitles: true,
          ...(agentId === undefined ? {} : { agentId }),
          ...(search === undefined ? {} : { search }),
          ...(activeMinutes === undefined ? {} : { activeMinutes }),
        });
        return JSON.stringify(sessions, null, 2);
      }),
  );

  server.registerTool(
    "sessions_history",
    {
      title: "Read a session",
      description: "The last messages of a session, oldest first.",
      inputSchema: {
        sessionKey: z.string().min(1).describe("key of the session; `main` for the main one"),
        limit: z.int().min(1).max(1000).default(50),
      },
      annotations: { readOnlyHint: true },
    },
    ({ sessionKey, limit }) =>
      answered(async () => messageLines((await gateway.request("chat.history", { sessionKey, limit })).messages)),
  );

  server.registerTool(
    "sessions_send",
    {
      title: "Say something in a session",
      description: "Sends a message to the assistant in a session and waits for its answer.",
      inputSchema: {
        sessionKey: z.string().min(1).default("main").describe("key of the session; `main` for the main one"),
        message: z.string().min(1),
        timeoutSeconds: z.int().min(1).max(3600).default(defaultSendSeconds),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    ({ sessionKey, message, timeoutSeconds }, { signal }) =>
      answered(async () => {
        const runId = newId();
        const stop = () => {
          // Whoever asked has gone; that the run cannot be stopped is of no use to anybody.
          gateway.request("chat.abort", { sessionKey, runId }).catch(() => {});
        };
        signal.addEventListener("abort", stop, { once: true });
        try {
          const answer = await gateway.request(
            "agent",
            { sessionKey, message, idempotencyKey: runId, timeout: timeoutSeconds },
            { expectFinal: true },
          );
          const texts = agentAnswer.parse(answer).result?.payloads.map(({ text }) => text) ?? [];
          return texts.filter((text) => text !== "").join("\n\n") || "The assistant has not said anything.";
        } finally {
          signal.removeEventListener("abort", stop);
        }
      }),
  );

  server.registerTool(
    "agents_list",
    {
      title: "List agents",
      description: "The agents of the Gateway and which of them is the default.",
      annotations: { readOnlyHint: true },
    },
    () => answered(async () => JSON.stringify(await gateway.request("agents.list", {}), null, 2)),
  );

  server.registerResource(
    "session",
    new ResourceTemplate("openclaw://sessions/{key}", {
      list: async () => {
        const { sessions } = await gateway.request("sessions.list", { limit: maxResources });
        return {
          resources: sessions.map(({ key }) => ({
            uri: `openclaw://sessions/${encodeURIComponent(key)}`,
            name: key,
            mimeType: "text/plain",
          })),
        };
      },
    }),
    { title: "Session", description: "The messages of one session", mimeType: "text/plain" },
    async (uri, { key }) => {
      const sessionKey = decodeURIComponent(String(key));
      const { messages } = await gateway.request("chat.history", { sessionKey, limit: resourceMessages });
      return { contents: [{ uri: uri.href, mimeType: "text/plain", text: messageLines(messages) }] };
    },
  );

  const closed = new Promise<void>((resolve) => {
    stdin.once("end", resolve);
    stdin.once("close", resolve);
    server.server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport(stdin, stdout));
  return { closed, close: () => server.close() };
}

/** A failure is told to the model of the client, which may know what to do about it. */
async function answered(work: () => Promise<string>): Promise<CallToolResult> {
  try {
    return { content: [{ type: "text", text: await work() }] };
  } catch (error) {
    return { content: [{ type: "text", text: error instanceof Error ? error.message : String(error) }], isError: true };
  }
}
