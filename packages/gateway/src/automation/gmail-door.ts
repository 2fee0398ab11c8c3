import type { GmailWatcher } from "@openclaw/automation";
import type { AutomationGateway } from "./automation-parts.ts";

/** Starts and stops the Gmail watcher with the configuration; without an account nothing of it is loaded. */
export interface GmailDoor {
  start(): void;
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export function createGmailDoor(
  gateway: Pick<AutomationGateway, "config" | "env" | "models" | "timers" | "log" | "port">,
): GmailDoor {
  const { config, env, timers, log } = gateway;
  let watcher: GmailWatcher | undefined;
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;

  const begin = async (): Promise<void> => {
    const { hooks } = config();
    const skipped = /^(?:1|true|yes|on)$/i.test(env.OPENCLAW_SKIP_GMAIL_WATCHER?.trim() ?? "");
    if (stopped || skipped || hooks?.gmail === undefined) return;
    if (hooks.enabled !== true) return log.info("gmail: watcher not started: hooks not enabled");
    if (!hooks.gmail.account?.trim()) return log.info("gmail: watcher not started: no gmail account configured");
    const { createBinarySearch, createGmailWatcher, gmailSettings, systemPrograms } = await import(
      "@openclaw/automation"
    );
    if (!createBinarySearch(env)("gog")) return log.warn("gmail: watcher not started: gog binary not found");
    const settings = gmailSettings(config(), gateway.port);
    if ("problem" in settings) return log.warn(`gmail: watcher not started: ${settings.problem}`);
    warnOfModel(hooks.gmail.model);
    watcher = createGmailWatcher({ settings, programs: systemPrograms(env), timers, log });
    await watcher.start();
  };
  const end = async (): Promise<void> => {
    const own = watcher;
    watcher = undefined;
    await own?.stop();
  };
  const warnOfModel = (wanted: string | undefined) => {
    const model = wanted?.trim() ? gateway.models.canonical(wanted.trim()) : undefined;
    if (!wanted?.trim()) return;
    if (model === undefined) log.warn(`hooks.gmail.model "${wanted}" is not known`);
    else if (!gateway.models.isAllowed(model)) {
      log.warn(`hooks.gmail.model "${wanted}" not in agents.defaults.models allowlist (will use primary instead)`);
    }
  };
  /** One change at a time. */
  const next = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => log.error(`gmail: ${String(error)}`));
    return turn;
  };

  return {
    start: () => void next(begin),
    reload: () => next(() => end().then(begin)),
    stop() {
      stopped = true;
      // A watcher that is just being started ends as well.
      return Promise.all([watcher?.stop(), next(end)]).then(() => undefined);
    },
  };
}
