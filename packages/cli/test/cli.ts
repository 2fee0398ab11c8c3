import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import type { ChannelEntry } from "@openclaw/plugin-sdk";
import { runCli } from "../src/index.ts";
import type { WizardPrompter } from "../src/terminal/wizard-prompter.ts";

/** A stream that keeps what is written. */
class Capture extends Writable {
  text = "";
  isTTY = false;
  columns = 100;
  onText: (text: string) => void = () => {};

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    this.onText(this.text);
    done();
  }
}

/** The input of a terminal, whose keys are pressed when what they answer is there. */
function keyboard(keys: readonly (readonly [shown: string, keys: string])[], screen: Capture) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const waiting = [...keys];
  let seen = 0;
  screen.onText = (text) => {
    const [next] = waiting;
    const at = next ? text.indexOf(next[0], seen) : -1;
    if (!next || at < 0) return;
    seen = text.length;
    waiting.shift();
    // The prompt listens once what it wrote is there.
    setImmediate(() => input.write(next[1]));
  };
  return input;
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
        /** Sees what stands on standard output so far, whenever more is written. */
        onOutput?: (text: string) => void;
        answer?: string;
        /** Keys somebody at a real terminal presses as soon as a text is shown, one after the other. */
        keys?: readonly (readonly [shown: string, keys: string])[];
        columns?: number;
        now?: () => number;
        fetch?: typeof fetch;
        /** The file the program was started with. */
        program?: string;
        channels?: readonly ChannelEntry[];
        prompter?: WizardPrompter;
        manualDir?: string;
      } = {},
    ) {
      const stdout = new Capture();
      const stderr = new Capture();
      stdout.isTTY = options.terminal ?? options.keys !== undefined;
      stdout.columns = options.columns ?? stdout.columns;
      if (options.onOutput !== undefined) stdout.onText = options.onOutput;
      const given = options.answer ?? options.stdin ?? "";
      const input = typeof given === "string" ? Readable.from([given]) : given;
      const stdin = options.keys
        ? keyboard(options.keys, stdout)
        : Object.assign(input, { isTTY: options.answer !== undefined });
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
        ...(options.prompter && { prompter: options.prompter }),
        ...(options.manualDir && { manualDir: options.manualDir }),
      });
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
