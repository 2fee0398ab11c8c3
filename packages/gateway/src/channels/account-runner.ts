import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { retryDelay } from "@openclaw/net";
import { type AccountState, isPermanent, type RunningAccount } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";

/** How long an account may take to disconnect, ms; then nobody waits for it any more. */
const STOP_LIMIT_MS = 1000;
/** Pauses before an account that ended is started again, ms. */
const RESTART = { baseMs: 5000, maxMs: 300_000, jitter: 0.1 };
/** An account that ran longer than this begins with the shortest pause again, ms. */
const STABLE_MS = 60_000;

/** How an account runs, for `channels.status`. Times are ms since the epoch. */
export interface AccountRow extends AccountState {
  running: boolean;
  lastStartAt?: number;
  lastStopAt?: number;
  lastInboundAt?: number;
  lastOutboundAt?: number;
}

/** Keeps one account of a channel running. */
export interface AccountRunner {
  /** Starts it; harmless when it runs. Resolves at the end of the first attempt. */
  start(): Promise<void>;
  /** Resolves when it is disconnected, at the latest after a second. `why` becomes its last error. */
  stop(why?: string): Promise<void>;
  /** The account, while it is connected. */
  account(): RunningAccount | undefined;
  row(): AccountRow;
  /** Notes what status shows. */
  note(change: Partial<AccountRow>): void;
}

export function createAccountRunner(options: {
  /** `<channel>` or `<channel>/<account>`, for logs. */
  name: string;
  connect(signal: AbortSignal): Promise<RunningAccount>;
  onConnected(): void;
  /** Off: an account that ends stays ended. */
  restarts: boolean;
  clock: Clock;
  timers: Timers;
  random?: () => number;
  log: Logger;
}): AccountRunner {
  const { name, clock, timers, log } = options;
  let row: AccountRow = { running: false };
  let current: { stop: AbortController; account?: RunningAccount } | undefined;
  let cancelRestart: () => void = () => {};
  let failures = 0;

  const attempt = async (): Promise<void> => {
    cancelRestart();
    const stop = new AbortController();
    const run: { stop: AbortController; account?: RunningAccount } = { stop };
    current = run;
    row = { ...row, running: true, lastStartAt: clock.now(), lastError: null };
    try {
      const account = await options.connect(stop.signal);
      if (current !== run) return disconnect(account);
      run.account = account;
      row = { ...row, connected: row.connected ?? true };
      options.onConnected();
      account.closed?.then(
        () => ended(run, undefined),
        (error: unknown) => ended(run, error),
      );
    } catch (error) {
      ended(run, error);
    }
  };

  /** The account ended by itself. */
  const ended = (run: typeof current, error: unknown) => {
    if (run === undefined || current !== run) return;
    const now = clock.now();
    const lived = now - (row.lastStartAt ?? now);
    failures = run.account !== undefined && lived > STABLE_MS ? 1 : failures + 1;
    current = undefined;
    run.stop.abort();
    const text = error === undefined ? undefined : error instanceof Error ? error.message : String(error);
    row = {
      ...row,
      running: false,
      connected: false,
      lastStopAt: now,
      ...(text === undefined ? {} : { lastError: text }),
    };
    if (run.account !== undefined) void disconnect(run.account);
    const again = options.restarts && !isPermanent(error);
    const delay = retryDelay({ ...RESTART, attempt: failures, random: options.random });
    const next = again ? `; next attempt in ${delay} ms` : "";
    if (text === undefined) log.warn(`[${name}] channel ended${next}`);
    else log.error(`[${name}] channel exited: ${text}${next}`);
    if (again) cancelRestart = timers.after(delay, () => void attempt());
  };

  const disconnect = async (account: RunningAccount): Promise<void> => {
    let cancel: () => void = () => {};
    const limit = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not end within ${STOP_LIMIT_MS} ms`)), STOP_LIMIT_MS);
      cancel = () => clearTimeout(timer);
    });
    try {
      await Promise.race([account.stop(), limit]);
    } catch (error) {
      log.error(`channel ${name} could not stop cleanly`, { error: String(error) });
    } finally {
      cancel();
    }
  };

  return {
    async start() {
      if (current === undefined) await attempt();
    },
    async stop(why) {
      cancelRestart();
      failures = 0;
      const run = current;
      current = undefined;
      if (run === undefined) {
        row = { ...row, running: false, ...(why === undefined ? {} : { lastError: why }) };
        return;
      }
      run.stop.abort();
      if (run.account !== undefined) await disconnect(run.account);
      row = {
        ...row,
        running: false,
        connected: false,
        lastStopAt: clock.now(),
        ...(why === undefined ? {} : { lastError: why }),
      };
    },
    account: () => current?.account,
    row: () => row,
    note(change) {
      row = { ...row, ...change };
    },
  };
}
