import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSessions, type Sessions, type SessionsOptions } from "../sessions.ts";
import type { SessionsConfig } from "../sessions-config.ts";
import type { Schedule } from "../snapshot-timer.ts";

/** A directory that goes when the test ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-sessions-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A clock that stands until it is moved, with a schedule that runs what has come due. */
export class FakeTime {
  #now: number;
  #next = 0;
  readonly #due = new Map<number, { at: number; run: () => void }>();

  constructor(now: number = Date.UTC(2026, 1, 9, 8, 53)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  schedule: Schedule = (run, ms) => {
    const id = this.#next++;
    this.#due.set(id, { at: this.#now + ms, run });
    return () => this.#due.delete(id);
  };

  get pending(): number {
    return this.#due.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [first] = [...this.#due].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!first) break;
      this.#due.delete(first[0]);
      this.#now = Math.max(this.#now, first[1].at);
      first[1].run();
    }
    this.#now = end;
  }
}

/** Collects what is logged. */
export class LogLines {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  warn = (message: string): void => void this.warnings.push(message);
  error = (message: string): void => void this.errors.push(message);
}

export interface TestSessions {
  sessions: Sessions;
  stateDir: string;
  time: FakeTime;
  log: LogLines;
}

/** Sessions in a temporary state directory, closed when the test ends. */
export function testSessions(config: SessionsConfig = {}, options: Partial<SessionsOptions> = {}): TestSessions {
  const stateDir = options.stateDir ?? tempDir();
  const time = new FakeTime();
  const log = new LogLines();
  const sessions = openSessions({
    stateDir,
    config: () => config,
    clock: time,
    schedule: time.schedule,
    log,
    timeZone: "UTC",
    ...options,
  });
  onTestFinished(() => sessions.close());
  return { sessions, stateDir, time, log };
}
