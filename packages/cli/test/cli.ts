import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import type { ChannelEntry } from "@openclaw/plugin-sdk";
import { runCli } from "../src/index.ts";

/** A stream that keeps what is written. */
class Capture extends Writable {
  text = "";
  isTTY = false;
  columns = 100;
  onText = (_text: string): void => {};

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    this.onText(chunk.toString("utf8"));
    done();
  }
}

/** A home directory of its own and a way to run command lines in it. */
export function temporaryHome() {
  const home = mkdtempSync(path.join(tmpdir(), "openclaw-cli-"));
  const env = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    HOME: home,
    PATH: process.env.PATH,
    // Nothing listens there: the discard port needs privileges.
    OPENCLAW_GATEWAY_PORT: "9",
    ...extra,
  });
  return {
    home,
    configPath: path.join(home, ".openclaw", "openclaw.json"),
    writeConfig(text: string) {
      mkdirSync(path.join(home, ".openclaw"), { recursive: true, mode: 0o700 });
      writeFileSync(path.join(home, ".openclaw", "openclaw.json"), text, { mode: 0o600 });
    },
    async run(
      argv: readonly string[],
      options: {
        env?: NodeJS.ProcessEnv;
        terminal?: boolean;
        stdin?: string | Readable;
        /** Sees what is written on standard output while the command runs. */
        onOutput?: (text: string) => void;
        answer?: string;
        now?: () => number;
        fetch?: typeof fetch;
        /** The file the program was started with. */
        program?: string;
        channels?: readonly ChannelEntry[];
        manualDir?: string;
      } = {},
    ) {
      const stdout = new Capture();
      const stderr = new Capture();
      stdout.isTTY = options.terminal ?? false;
      const given = options.answer ?? options.stdin ?? "";
      const input = typeof given === "string" ? Readable.from([given]) : given;
      if (options.onOutput !== undefined) stdout.onText = options.onOutput;
      const stdin = Object.assign(input, { isTTY: options.answer !== undefined });
      const code = await runCli({
        argv,
        env: env(options.env),
        cwd: home,
        program: options.program ?? path.join(home, "bin", "openclaw.js"),
        version: "1.2.3",
        stdin,
        stdout,
        stderr,
        ...(options.now && { now: options.now }),
        ...(options.fetch && { fetch: options.fetch }),
        ...(options.channels && { channels: options.channels }),
        ...(options.manualDir && { manualDir: options.manualDir }),
      });
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
