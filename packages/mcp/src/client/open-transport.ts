import { existsSync } from "node:fs";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Logger } from "@openclaw/log";
import { type McpServerConfig, withoutSecrets } from "../mcp-config.ts";

/** So much of what a program says on its standard error is kept for the message about its end, in characters. */
const keptStderrChars = 500;

export interface OpenTransport {
  transport: Transport;
  /** The last words of a program on its standard error. */
  lastWords(): string;
}

/** Makes the way to a server; nothing is started or contacted yet. */
export async function openTransport(
  server: McpServerConfig,
  options: { cwd: string; env: NodeJS.ProcessEnv; log: Logger },
): Promise<OpenTransport> {
  if ("url" in server) {
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { ...server.headers } },
    });
    return { transport, lastWords: () => "" };
  }
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
