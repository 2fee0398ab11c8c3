import type { Logger } from "@openclaw/log";
import type { Timers } from "../cron/timers.ts";
import type { GmailSettings } from "./gmail-settings.ts";

/** A program outside that runs on. */
export interface RunningProgram {
  /** Resolves when it has ended, or could not be started. */
  readonly ended: Promise<{ code: number | null; problem?: string }>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** The programs of the outside world. */
export interface Programs {
  run(argv: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** `onOutput` gets what it writes, in lines. */
  start(argv: readonly string[], onOutput: (line: string) => void): RunningProgram;
}

/** Keeps mails coming: the watch at Google, and the program that takes its pushes. */
export interface GmailWatcher {
  /** Resolves when the program has been started. */
  start(): Promise<void>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

const restartMs = 5_000;
const killMs = 3_000;
const minuteMs = 60_000;
const addressInUse = /address already in use|EADDRINUSE|bind: .*in use/i;

export function createGmailWatcher(options: {
  settings: GmailSettings;
  programs: Programs;
  timers: Timers;
  log: Logger;
}): GmailWatcher {
  const { settings, programs, timers, log } = options;
  let stopped = false;
  let serving: RunningProgram | undefined;
  let cancelRestart = () => {};
  let cancelRenewal = () => {};

  /** Nothing the programs say may bring a secret into the log. */
  const masked = (text: string) =>
    [settings.hookToken, settings.pushToken].reduce((all, secret) => all.replaceAll(secret, "***"), text.trim());

  const call = async (argv: readonly string[], what: string): Promise<boolean> => {
    const { code, stdout, stderr } = await programs.run(argv);
    if (code === 0) return true;
    log.error(`gmail: ${what} failed: ${masked(stderr || stdout) || `exit ${code}`}`);
    return false;
  };
  const watch = () => call(watchArguments(settings), "the watch could not be started; it is tried again later:");

  const renewLater = () => {
    cancelRenewal = timers.after(settings.renewEveryMinutes * minuteMs, () => {
      if (stopped) return;
      void watch()
        .catch((error: unknown) => log.error(`gmail: the watch could not be renewed: ${String(error)}`))
        .then(renewLater);
    });
  };

  const serve = () => {
    let taken = false;
    const running = programs.start(serveArguments(settings), (line) => {
      taken ||= addressInUse.test(line);
      log.debug(`gmail: ${masked(line)}`);
    });
    serving = running;
    void running.ended.then(({ code, problem }) => {
      serving = undefined;
      if (stopped) return;
      if (taken) {
        const { bind, port } = settings.serve;
        return log.error(`gmail: ${bind}:${port} is in use by another program; the watcher stays stopped`);
      }
      log.warn(`gmail: the watcher ended (${problem ?? code ?? "killed"}) and starts again in ${restartMs / 1000} s`);
      cancelRestart = timers.after(restartMs, () => !stopped && serve());
    });
  };

  return {
    async start() {
      const { mode, path, target } = settings.tailscale;
      if (mode !== "off") await call(tailscaleArguments(mode, path, target), "the Tailscale endpoint");
      if (stopped) return;
      await watch();
      if (stopped) return;
      serve();
      renewLater();
      log.info("gmail: watching", { account: settings.account, label: settings.label });
    },
    async stop() {
      stopped = true;
      cancelRestart();
      cancelRenewal();
      const running = serving;
      if (running === undefined) return;
      running.kill("SIGTERM");
      const cancelKill = timers.after(killMs, () => running.kill("SIGKILL"));
      await running.ended;
      cancelKill();
    },
  };
}

export function watchArguments({ account, label, topic }: GmailSettings): string[] {
  return ["gog", "gmail", "watch", "start", "--account", account, "--label", label, "--topic", topic];
}

export function tailscaleArguments(mode: "serve" | "funnel", path: string, target: string): string[] {
  return ["tailscale", mode, "--bg", "--set-path", path, "--yes", target];
}

function serveArguments({ account, serve, pushToken, hookUrl, hookToken, includeBody, maxBytes }: GmailSettings) {
  const { bind, port, path } = serve;
  const place = ["--account", account, "--bind", bind, "--port", String(port), "--path", path];
  const secrets = ["--token", pushToken, "--hook-url", hookUrl, "--hook-token", hookToken];
  const body = includeBody ? ["--include-body", "--max-bytes", String(maxBytes)] : [];
  return ["gog", "gmail", "watch", "serve", ...place, ...secrets, ...body];
}
