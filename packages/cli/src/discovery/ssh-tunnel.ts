import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import { CliError } from "../run/cli-error.ts";
import { freePort } from "./free-port.ts";

/** Where to log in. */
export interface SshTarget {
  /** `host` or `user@host`. */
  destination: string;
  port: number | undefined;
}

/** A forwarded port. */
export interface SshTunnel extends AsyncDisposable {
  readonly localPort: number;
  /** Forwards the same port again where `ssh` has ended in the meantime; what keeps it from that shows at the next attempt. */
  restore(): void;
}

/**
 * @param where the option or setting the text comes from, for the message
 * @throws CliError for what could be taken for an option of `ssh`
 */
export function parseSshTarget(text: string, where = "--ssh"): SshTarget {
  const [, destination = "", port] = /^(.*?)(?::(\d{1,5}))?$/.exec(text.trim().replace(/^ssh\s+/, "")) ?? [];
  if (destination === "" || destination.startsWith("-") || /[\s@]-|\s/.test(destination)) {
    throw new CliError(`${where}: "${text}" is not a target such as user@host or user@host:22.`, {
      code: "bad-ssh-target",
    });
  }
  return { destination, port: port === undefined ? undefined : Number(port) };
}

/**
 * Forwards a port of this machine to one of another over SSH.
 * @throws Error with the last line `ssh` said, when the forward is not there in time
 */
export async function openSshTunnel(options: {
  target: SshTarget;
  remotePort: number;
  identity?: string | undefined;
  timeoutMs: number;
  env: NodeJS.ProcessEnv;
}): Promise<SshTunnel> {
  const { target, remotePort, identity, timeoutMs, env } = options;
  const localPort = (await isFree(remotePort)) ? remotePort : await freePort();
  const settings = [
    "ExitOnForwardFailure=yes",
    "BatchMode=yes",
    "StrictHostKeyChecking=accept-new",
    "ConnectTimeout=5",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
  ].flatMap((setting) => ["-o", setting]);
  const args = [
    ...["-N", "-L", `${localPort}:127.0.0.1:${remotePort}`],
    ...settings,
    ...(target.port === undefined ? [] : ["-p", String(target.port)]),
    ...(identity === undefined ? [] : ["-i", identity]),
    ...["--", target.destination],
  ];
  let session = startSsh(args, env);
  const end = () => session.child.kill("SIGTERM");
  const problem = await Promise.race([
    untilOpen(localPort, timeoutMs, session.child).then((open) =>
      open ? undefined : (session.lastWords() ?? `no tunnel within ${timeoutMs} ms`),
    ),
    session.ended,
  ]);
  if (problem !== undefined) {
    session.child.kill("SIGKILL");
    throw new Error(problem);
  }
  // A command that ends in a hurry must not leave the forward behind.
  process.once("exit", end);
  let closed = false;
  return {
    localPort,
    restore() {
      if (!closed && session.over()) session = startSsh(args, env);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      process.off("exit", end);
      end();
      await session.ended;
    },
  };
}

/** One `ssh`, with what it says last when it ends. */
function startSsh(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn("ssh", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  let over = false;
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString("utf8")}`.slice(-4000);
  });
  const lastWords = () => lastLine(said);
  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      over = true;
      resolve(reason);
    };
    child.once("error", (error) => end(error.message));
    child.once("close", () => end(lastWords() ?? "ssh ended"));
  });
  return { child, lastWords, ended, over: () => over };
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1)?.trim() || undefined;
}

/** Tries until somebody takes the connection; `ssh` does as soon as the forward is there. */
async function untilOpen(port: number, timeoutMs: number, child: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && child.exitCode === null) {
    if (await accepts(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
  });
}
