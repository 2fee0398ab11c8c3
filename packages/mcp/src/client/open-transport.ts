import { existsSync } from "node:fs";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Logger } from "@openclaw/log";
import { type HttpServerConfig, type McpServerConfig, type StdioServerConfig, withoutSecrets } from "../mcp-config.ts";
import { keptSignIn, signInNeeded } from "../sign-in/kept-sign-in.ts";

/** So much of what a program says on its standard error is kept for the message about its end, in characters. */
const keptStderrChars = 500;
/** What endpoints answer to the first request of streamable HTTP that speak only its predecessor. */
const oldServerCodes: readonly (number | undefined)[] = [400, 404, 405];

export interface OpenTransport {
  transport: Transport;
  /** The last words of a program on its standard error. */
  lastWords(): string;
}

export interface TransportOptions {
  id: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Folder below which sign-ins are kept; servers that want one cannot be used without it. */
  stateDir?: string | undefined;
  log: Logger;
}

/** Makes a way to a server; nothing is started or contacted yet. */
type OpenWay = () => Promise<OpenTransport>;

/** The ways to a server, the usual one first. */
export function waysTo(server: McpServerConfig, options: TransportOptions): readonly OpenWay[] {
  if (!("url" in server)) return [() => openProgram(server, options)];
  return [() => openStreamableHttp(server, options), () => openOldSse(server, options)];
}

/** Whether what went wrong on one way may go better on the next one. */
export async function triesNextWay(error: unknown): Promise<boolean> {
  const { StreamableHTTPError } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  return error instanceof StreamableHTTPError && oldServerCodes.includes(error.code);
}

/** Whether an endpoint has refused a request because it does not know who asks. */
export async function asksWho(error: unknown): Promise<boolean> {
  return (await refusalCode(error)) === 401;
}

/** The HTTP status with which an endpoint has refused a request. */
async function refusalCode(error: unknown): Promise<number | undefined> {
  const [{ StreamableHTTPError }, { SseError }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
    import("@modelcontextprotocol/sdk/client/sse.js"),
  ]);
  return error instanceof StreamableHTTPError || error instanceof SseError ? error.code : undefined;
}

/** What to tell of an endpoint that refuses a request, such as one that asks who we are; other errors as they are. */
export async function explainRefusal(error: unknown, id: string, server: McpServerConfig): Promise<unknown> {
  if (!("url" in server)) return error;
  const code = await refusalCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if (code !== 401) return new Error(`it answers HTTP ${code} (${error.message})`);
  const own = Object.keys(server.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
  return own
    ? new Error("it does not accept the Authorization header that is configured (HTTP 401)")
    : signInNeeded(id);
}

async function openStreamableHttp(server: HttpServerConfig, options: TransportOptions): Promise<OpenTransport> {
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  const transport = new StreamableHTTPClientTransport(new URL(server.url), await requestOptions(server, options));
  return { transport, lastWords: () => "" };
}

/** HTTP with server-sent events, the protocol's first transport for endpoints (2024-11-05). */
async function openOldSse(server: HttpServerConfig, options: TransportOptions): Promise<OpenTransport> {
  const { SSEClientTransport } = await import("@modelcontextprotocol/sdk/client/sse.js");
  const transport = new SSEClientTransport(new URL(server.url), await requestOptions(server, options));
  return { transport, lastWords: () => "" };
}

async function requestOptions(server: HttpServerConfig, { id, stateDir }: TransportOptions) {
  const authProvider = stateDir === undefined ? undefined : await keptSignIn(stateDir, { id, url: server.url });
  return { requestInit: { headers: { ...server.headers } }, ...(authProvider && { authProvider }) };
}

async function openProgram(server: StdioServerConfig, options: TransportOptions): Promise<OpenTransport> {
  const { DEFAULT_INHERITED_ENV_VARS, StdioClientTransport } = await import(
    "@modelcontextprotocol/sdk/client/stdio.js"
  );
  const inherited = DEFAULT_INHERITED_ENV_VARS.flatMap((name) => {
    const value = options.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const cwd = server.cwd ?? options.cwd;
  // The system would say that the program is not there.
  if (!existsSync(cwd)) throw new Error(`its working directory ${cwd} does not exist`);
  const transport = new StdioClientTransport({
    command: server.command,
    args: [...(server.args ?? [])],
    env: { ...Object.fromEntries(inherited), ...server.env },
    cwd,
    stderr: "pipe",
  });
  let words = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    const text = withoutSecrets(chunk.toString("utf8"), server);
    words = (words + text).slice(-keptStderrChars);
    options.log.debug(text.trimEnd());
  });
  return { transport, lastWords: () => words.trim() };
}
