import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { restoreTerminal, runCli } from "@openclaw/cli";

/** Runs the command line of this process and ends it with the command's exit code. */
export async function main({ version }: { version: string }): Promise<void> {
  // A running Gateway has handlers of its own, which log and come first.
  const onUncaught = (error: unknown) => {
    if (process.listenerCount("uncaughtException") > 1) return;
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`[openclaw] Uncaught exception: ${stack}\n`);
    process.exit(1);
  };
  process.on("uncaughtException", onUncaught);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  const code = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    version,
    commit: process.env.OPENCLAW_COMMIT,
    webRoot: webRoot(),
    manualDir: manualDir(),
    bundledPlugins: bundledPlugins(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  restoreTerminal(process.stderr.isTTY ? process.stderr : process.stdout);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

/** Ends as the signal would end it, with the terminal as it was. Commands that end in their own way listen too. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  restoreTerminal(process.stderr.isTTY ? process.stderr : process.stdout);
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}

/** The Control UI's files: beside the bundle, or where the web package builds them in a checkout. */
function webRoot(): string | undefined {
  const places = ["./ui/", "../../web/dist/ui/"].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place));
}

/** The pages of the manual: beside the bundle, or where they are written in a checkout. */
function manualDir(): string | undefined {
  const places = ["./docs/", "../../../docs/"].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place));
}

/** The plugins that come with the program: beside the bundle, or in their folder of a checkout. */
function bundledPlugins(): string | undefined {
  const places = ["./extensions/", "../../../plugins/"].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place));
}

/** Resolves when everything written so far was handed to the operating system, or its reader is gone. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) return resolve();
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}
