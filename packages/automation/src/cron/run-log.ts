import { join } from "node:path";
import type { CronRunEntry } from "@openclaw/protocol";
import { ensurePrivateDir, JsonlFile, readLinesBackward, writeFileAtomic } from "@openclaw/storage";

const maxBytes = 2_000_000;
const linesLeft = 2_000;

/** `runs/<jobId>.jsonl`: a line for each finished run of a job. */
export interface CronRunLog {
  append(entry: CronRunEntry): Promise<void>;
  /** The newest entries, the oldest of them first. Lines that cannot be read are passed over. */
  read(jobId: string, limit: number): CronRunEntry[];
}

export function createCronRunLog(dir: string): CronRunLog {
  const queues = new Map<string, Promise<void>>();
  const pathOf = (jobId: string) => (isSegment(jobId) ? join(dir, `${jobId}.jsonl`) : undefined);

  const write = async (path: string, entry: CronRunEntry) => {
    await ensurePrivateDir(dir);
    const file = JsonlFile.open(path);
    try {
      file.append(entry);
      if (file.size <= maxBytes) return;
    } finally {
      file.close();
    }
    const kept = newest(path, linesLeft).join("\n");
    await writeFileAtomic(path, `${kept}\n`, { mode: 0o600 });
  };

  return {
    append(entry) {
      const path = pathOf(entry.jobId);
      if (path === undefined) return Promise.reject(new Error(`"${entry.jobId}" cannot be the name of a run log`));
      const done = (queues.get(path) ?? Promise.resolve()).catch(() => undefined).then(() => write(path, entry));
      queues.set(path, done);
      const forget = () => {
        if (queues.get(path) === done) queues.delete(path);
      };
      done.then(forget, forget);
      return done;
    },
    read(jobId, limit) {
      const path = pathOf(jobId);
      if (path === undefined) return [];
      return newest(path, limit).flatMap((text) => {
        const entry = parseEntry(text);
        return entry === undefined ? [] : [entry];
      });
    },
  };
}

/** The last lines of a file that can be read, the oldest of them first. */
function newest(path: string, limit: number): string[] {
  const lines: string[] = [];
  for (const text of readLinesBackward(path)) {
    if (lines.length >= limit) break;
    if (parseEntry(text) !== undefined) lines.push(text);
  }
  return lines.reverse();
}

function parseEntry(text: string): CronRunEntry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    if (typeof entry !== "object" || entry === null) return undefined;
    const { ts, jobId, action } = entry as Partial<CronRunEntry>;
    return typeof ts === "number" && typeof jobId === "string" && action === "finished"
      ? (entry as CronRunEntry)
      : undefined;
  } catch {
    // A line that was torn by a crash, or edited.
    return undefined;
  }
}

function isSegment(id: string): boolean {
  return id !== "" && id !== "." && id !== ".." && !/[/\\\0]/.test(id);
}
