import type { BackgroundCommand, BackgroundLedger } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { isGone, type ProcessTable, type Storage, systemProcesses } from "@openclaw/storage";

/** Between the polite and the final signal to what a crash left behind, ms. */
const KILL_AFTER_MS = 2000;

/** A command that runs in the background, with what tells its process from a later one with the same id. */
interface Entry extends Omit<BackgroundCommand, "pid"> {
  process?: { pid: number; startTime: number; bootId?: string };
}

/** The commands agents left in the background, on disk: they do not outlive their Gateway, and are not lost silently. */
export interface BackgroundCommands extends BackgroundLedger {
  /** Ends what a Gateway that crashed left behind, and tells the sessions. */
  recover(): Promise<void>;
  close(): void;
}

export function openBackgroundCommands(options: {
  storage: Storage;
  notify(sessionKey: string, text: string): Promise<void>;
  log: Logger;
  processes?: ProcessTable;
}): BackgroundCommands {
  const { storage, notify, log } = options;
  const processes = options.processes ?? systemProcesses;
  const store = storage.kv<Entry>("background-commands");
  const kills = new Set<() => void>();

  const end = (left: NonNullable<Entry["process"]>) => {
    if (isGone(left, processes)) return;
    signalGroup(left.pid, "SIGTERM");
    const kill = () => {
      clearTimeout(timer);
      kills.delete(kill);
      if (!isGone(left, processes)) signalGroup(left.pid, "SIGKILL");
    };
    const timer = setTimeout(kill, KILL_AFTER_MS);
    kills.add(kill);
  };

  const report = async (id: string): Promise<void> => {
    const entry = store.get(id)?.value;
    if (entry === undefined) return;
    log.warn(`command ${id} was running in the background when the Gateway ended without a stop`);
    if (entry.process !== undefined) end(entry.process);
    if (entry.notifyOnExit) await notify(entry.sessionKey, `Exec failed (${id.slice(0, 8)}, gateway stopped)`);
    await store.delete(id);
  };

  return {
    async add({ id, sessionKey, pid, notifyOnExit }) {
      const startTime = pid === undefined ? undefined : processes.startTime(pid);
      const bootId = processes.bootId();
      await store.put(id, {
        id,
        sessionKey,
        notifyOnExit,
        // Without its start time a process cannot be told from another one, and is left alone.
        ...(pid === undefined || startTime === undefined
          ? {}
          : { process: { pid, startTime, ...(bootId === undefined ? {} : { bootId }) } }),
      });
    },
    async remove(id) {
      await store.delete(id);
    },
    async recover() {
      for (const id of store.keys()) {
        try {
          await report(id);
        } catch (error) {
          // It stays noted and is reported at the start after this one.
          log.error(`the end of command ${id} could not be told to its session`, { error: String(error) });
        }
      }
    },
    close() {
      for (const kill of [...kills]) kill();
    },
  };
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended in this moment, or leads no group (it could not be detached) and ends with its input.
  }
}
