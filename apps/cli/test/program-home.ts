import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const program = path.join(import.meta.dirname, "program.ts");

export interface Finished {
  code: number | null;
  /** What ended it, where a signal did. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The program while it runs. */
export interface Running {
  readonly pid: number;
  /** Resolves when something written so far or later matches; rejects when the program ends before. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

/** A home directory of its own for real processes of the program. */
export function programHome() {
  const home = mkdtempSync(path.join(tmpdir(), "openclaw-e2e-"));
  const children = new Set<ChildProcess>();
  const stateDir = path.join(home, ".openclaw");

  const start = (argv: readonly string[], extra: NodeJS.ProcessEnv = {}): Running => {
    const child = spawn(process.execPath, ["--conditions=@openclaw/source", "--no-warnings", program, ...argv], {
      cwd: home,
      env: {
        HOME: home,
        PATH: process.env.PATH,
        TMPDIR: home,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...extra,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let stdout = "";
    let stderr = "";
    let ended = false;
    const waiting = new Set<() => void>();
    const wake = () => {
      for (const look of waiting) look();
    };
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
      wake();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
      wake();
    });
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        children.delete(child);
        ended = true;
        wake();
        resolve({ code, signal, stdout, stderr });
      });
    });
    return {
      pid: child.pid ?? 0,
      finished,
      kill: (signal) => child.kill(signal),
      output: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(stdout) ?? pattern.exec(stderr);
            if (!match && !ended) return;
            waiting.delete(look);
            if (match) resolve(match);
            else reject(new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`));
          };
          waiting.add(look);
          look();
        }),
    };
  };

  return {
    home,
    stateDir,
    configPath: path.join(stateDir, "openclaw.json"),
    logFile: path.join(home, "gateway.log"),
    writeConfig(config: object) {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      writeFileSync(path.join(stateDir, "openclaw.json"), JSON.stringify(config, null, 2), { mode: 0o600 });
    },
    /** A configuration a Gateway starts with, on this port. */
    gatewayConfig: (port: number) => ({
      gateway: { mode: "local", port, auth: { token: "e2e-token-0123456789abcdef0123" } },
      logging: { file: path.join(home, "gateway.log") },
      agents: { defaults: { model: { primary: "offline/assistant" }, skipBootstrap: true } },
    }),
    start,
    run: (argv: readonly string[], extra?: NodeJS.ProcessEnv) => start(argv, extra).finished,
    async close() {
      await Promise.all(
        [...children].map(
          (child) =>
            new Promise((resolve) => {
              child.on("close", resolve);
              child.kill("SIGKILL");
            }),
        ),
      );
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A port nothing listens on right now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
