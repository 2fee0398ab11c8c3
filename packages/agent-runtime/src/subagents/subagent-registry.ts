import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, ensurePrivateDir, readJsonFile, StorageError, writeFileAtomic } from "@openclaw/storage";
import { readSubagentRun, type SubagentRun } from "./subagent-run.ts";

const formatVersion = 2;

/** The subagents of all sessions, as they stand in `<state>/subagents/runs.json`. */
export interface SubagentRegistry {
  get(runId: string): SubagentRun | undefined;
  all(): SubagentRun[];
  /** Resolves when the change is on disk. Rejects when it could not be written; it counts for this process all the same. */
  put(run: SubagentRun): Promise<void>;
  remove(runId: string): Promise<void>;
}

/**
 * Reads the registry. A file that cannot be read is put aside, so that nothing in it is lost; one of a newer version is
 * refused.
 * @throws Error naming the file and its version
 */
export async function openSubagentRegistry(options: {
  stateDir: string;
  clock: Clock;
  log: Logger;
}): Promise<SubagentRegistry> {
  const path = join(options.stateDir, "subagents", "runs.json");
  const runs = await read(path, options);
  let written: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  /** One write at a time; changes that come meanwhile share the next one. */
  const save = (): Promise<void> => {
    waiting ??= written
      .catch(() => undefined)
      .then(async () => {
        waiting = undefined;
        await ensurePrivateDir(dirname(path));
        const content = { version: formatVersion, runs: Object.fromEntries(runs) };
        await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
      });
    written = waiting;
    return waiting;
  };

  return {
    get: (runId) => runs.get(runId),
    all: () => [...runs.values()],
    put(run) {
      runs.set(run.runId, run);
      return save();
    },
    remove(runId) {
      return runs.delete(runId) ? save() : Promise.resolve();
    },
  };
}

async function read(path: string, { clock, log }: { clock: Clock; log: Logger }): Promise<Map<string, SubagentRun>> {
  const runs = new Map<string, SubagentRun>();
  let content: unknown;
  try {
    content = await readJsonFile(path);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "corrupt-json") throw error;
    const aside = `${path}.corrupt-${clock.now()}`;
    renameSync(path, aside);
    log.error(`the list of subagents cannot be read and was put aside as ${aside}`, { error: error.message });
    return runs;
  }
  if (typeof content !== "object" || content === null) return runs;
  const version = "version" in content ? content.version : 1;
  if (typeof version === "number" && version > formatVersion) {
    throw new Error(
      `${path} has version ${version}, which a newer release wrote; this one reads up to ${formatVersion}. Update OpenClaw, or move the file away.`,
    );
  }
  const stored = "runs" in content && typeof content.runs === "object" ? content.runs : undefined;
  for (const [id, value] of Object.entries(stored ?? {})) {
    const run = readSubagentRun(value);
    if (run === undefined) log.warn(`subagent run ${id} in ${path} cannot be read and was left out`);
    else runs.set(run.runId, run);
  }
  return runs;
}
