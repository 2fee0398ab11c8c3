import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import { CliError } from "../run/cli-error.ts";

/** Where to log in. */
export interface SshTarget {
  /** `host` or `user@host`. */
  destination: string;
  port: number | undefined;
}

/** A forwarded port. */
export interface SshTunnel extends AsyncDisposable {
  readonly localPort: number;
}

/** @throws CliError for what could be taken for an option of `ssh` */
export function parseSshTarget(text: string): SshTarget {
  const [, destination = "", port] = /^(.*?)(?::(\d{1,5}))?$/.exec(text.trim().replace(/^ssh\s+/, "")) ?? [];
  if (destination === "" || destination.startsWith("-") || /[\s@]-|\s/.test(destination)) {
    throw new CliError(`--ssh: "${text}" is not a target such as user@host or user@host:22.`, {
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
  const child = spawn("ssh", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString("utf8")}`.slice(-4000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(lastLine(said) ?? "ssh ended"));
  });
  const problem = await Promise.race([
    untilOpen(localPort, timeoutMs, child).then((open) =>
      open ? undefined : (lastLine(said) ?? `no tunnel within ${timeoutMs} ms`),
    ),
    ended,
  ]);
  if (problem !== undefined) {
    child.kill("SIGKILL");
    throw new Error(problem);
  }
  return {
    localPort,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
