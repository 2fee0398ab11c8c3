import { spawn } from "node:child_process";
import readline from "node:readline";
import { type Readable, Writable } from "node:stream";
import { client, ndJsonStream, type SessionUpdate } from "@agentclientprotocol/sdk";
import { byteStream } from "../stream/byte-stream.ts";

export interface AcpClientOptions {
  /** The program that speaks ACP on its standard input and output. */
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What a person types, line by line. */
  input: Readable;
  /** Writes what the agent says; a line break is written where there is one. */
  write(text: string): void;
  /** Everything the agent tells, in one line each. */
  verbose?: (line: string) => void;
  /** The version shown to the agent. */
  version: string;
}

/**
 * A small client for looking at an ACP agent: what is typed is a prompt, `exit` or `quit` ends it. Permissions are given
 * once, when the agent asks for one.
 * @throws Error when the program cannot be started or ends by itself
 */
export async function runAcpClient(options: AcpClientOptions): Promise<void> {
  const { write } = options;
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let stopping = false;
  const gone = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`${options.command} could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      if (!stopping) reject(new Error(`${options.command} ended: ${signal ?? `exit code ${code}`}`));
    });
  });
  // Whoever waits for something else hears of it there.
  gone.catch(() => {});
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const app = client({ name: "openclaw-acp-client" })
    .onNotification("session/update", ({ params }) => {
      options.verbose?.(JSON.stringify(params));
      write(shown(params.update));
    })
    .onRequest("session/request_permission", ({ params }) => {
      const option = params.options.find(({ kind }) => kind === "allow_once");
      write(`\n[permission] ${params.toolCall.title ?? params.toolCall.toolCallId}: ${option?.name ?? "refused"}\n`);
      return { outcome: option ? { outcome: "selected", optionId: option.optionId } : { outcome: "cancelled" } };
    });
  const connection = app.connect(ndJsonStream(Writable.toWeb(child.stdin), byteStream(child.stdout)));
  const { agent } = connection;
  const lines = readline.createInterface({ input: options.input });
  // From the beginning: what is piped in is there before the session is.
  const typed = lines[Symbol.asyncIterator]();
  try {
    await Promise.race([gone, converse()]);
  } catch (error) {
    if (!connection.signal.aborted) throw error;
    // The agent's output ends before the agent does; how it ended says more.
    child.stdin.end();
    await gone;
  } finally {
    stopping = true;
    lines.close();
    connection.close();
    child.stdin.end();
    if (child.exitCode === null && child.pid !== undefined) await ended;
  }

  async function converse(): Promise<void> {
    await agent.request("initialize", {
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: "openclaw-acp-client", version: options.version },
    });
    const { sessionId } = await agent.request("session/new", { cwd: options.cwd, mcpServers: [] });
    write(`Session ${sessionId}. Type a message; exit ends.\n> `);
    for await (const line of typed) {
      const text = line.trim();
      if (text === "exit" || text === "quit") return;
      if (text !== "") {
        try {
          const { stopReason } = await agent.request("session/prompt", {
            sessionId,
            prompt: [{ type: "text", text }],
          });
          write(`\n[${stopReason}]\n`);
        } catch (error) {
          write(`\n[error] ${error instanceof Error ? error.message : String(error)}\n`);
        }
      }
      write("> ");
    }
  }
}

function shown(update: SessionUpdate): string {
  switch (update.sessionUpdate) {
    case "agent_message_chunk":
      return update.content.type === "text" ? update.content.text : `[${update.content.type}]`;
    case "tool_call":
      return `\n[tool] ${update.title}${update.status ? ` (${update.status})` : ""}\n`;
    case "tool_call_update":
      return update.status ? `\n[tool] ${update.toolCallId}: ${update.status}\n` : "";
    case "available_commands_update":
      return `\n[commands] ${update.availableCommands.map(({ name }) => `/${name}`).join(" ")}\n`;
    default:
      return "";
  }
}
