import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Programs } from "./gmail-watcher.ts";

const runLimitMs = 120_000;

/** The programs of this machine, run without a shell. */
export function systemPrograms(env: NodeJS.ProcessEnv): Programs {
  return {
    run: ([program = "", ...args]) =>
      new Promise((resolve) => {
        const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: runLimitMs });
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          stdout += text;
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          stderr += text;
        });
        child.once("error", (error) => resolve({ code: null, stdout, stderr: error.message }));
        child.once("close", (code) => resolve({ code, stdout, stderr }));
      }),
    start([program = "", ...args], onOutput) {
      const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onOutput);
      return {
        ended: new Promise((resolve) => {
          child.once("error", (error) => resolve({ code: null, problem: error.message }));
          child.once("close", (code) => resolve({ code }));
        }),
        kill: (signal) => void child.kill(signal),
      };
    },
  };
}
