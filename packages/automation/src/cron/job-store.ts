import { copyFile, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import JSON5 from "json5";
import { type CronJob, repairJob } from "./job.ts";

/** The store cannot be used as it is. It is left alone until it can be read. */
export class CronStoreError extends Error {
  override name = "CronStoreError";
}

/** `jobs.json`, version 1: `{ "version": 1, "jobs": [...] }`, read as JSON5. */
export interface CronJobStore {
  readonly path: string;
  /**
   * The jobs by id, in the order of the file; read again only when the file is not the one that was last read or written.
   * Entries that are no jobs stay in the file and are told of in the log.
   * @throws CronStoreError when the file cannot be parsed
   */
  read(): Promise<{ jobs: ReadonlyMap<string, CronJob>; changed: boolean }>;
  /**
   * Resolves when these jobs, or newer ones, are on the disk. Jobs that are the same objects as before cost next to nothing.
   * @throws CronStoreError while the file cannot be parsed; StorageError when it cannot be written
   */
  write(jobs: ReadonlyMap<string, CronJob>): Promise<void>;
}

export interface CronJobStoreOptions {
  path: string;
  clock: Clock;
  log: Logger;
}

export function createCronJobStore({ path, clock, log }: CronJobStoreOptions): CronJobStore {
  /** The text of each job as it stands in the file. */
  const texts = new WeakMap<CronJob, Buffer>();
  let known = { signature: "", jobs: new Map<string, CronJob>() as ReadonlyMap<string, CronJob> };
  let strangers: unknown[] = [];
  let broken: CronStoreError | undefined;
  let waiting: { jobs: ReadonlyMap<string, CronJob>; done: Promise<void> } | undefined;
  let writing: Promise<void> = Promise.resolve();

  const signatureOf = async () => {
    const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
  };
  const textOf = (job: CronJob) => {
    const ready = texts.get(job);
    if (ready !== undefined) return ready;
    const text = Buffer.from(indented(job));
    texts.set(job, text);
    return text;
  };
  const writeNow = async (jobs: ReadonlyMap<string, CronJob>) => {
    await ensurePrivateDir(dirname(path));
    const parts: Buffer[] = [];
    for (const job of jobs.values()) parts.push(parts.length === 0 ? first : separator, textOf(job));
    for (const other of strangers) parts.push(parts.length === 0 ? first : separator, Buffer.from(indented(other)));
    parts.unshift(head);
    parts.push(tail);
    await writeFileAtomic(path, Buffer.concat(parts), { mode: 0o600 });
    known = { signature: await signatureOf(), jobs };
    await copyFile(path, `${path}.bak`).catch((error: unknown) =>
      log.debug("cron: the copy of the store could not be written", { error: String(error) }),
    );
  };

  return {
    path,
    async read() {
      await writing.catch(() => undefined);
      const signature = await signatureOf();
      if (signature === known.signature && broken === undefined) return { jobs: known.jobs, changed: false };
      const text = signature === "" ? '{"jobs":[]}' : await readFile(path, "utf8");
      const jobs = new Map<string, CronJob>();
      const others: unknown[] = [];
      for (const found of jobsIn(text)) {
        const job = repairJob(found, clock.now());
        if (job !== undefined && !jobs.has(job.id)) jobs.set(job.id, job);
        else others.push(found);
      }
      if (others.length > 0) log.warn(`cron: ${others.length} entries of ${path} are no jobs and were left alone`);
      strangers = others;
      broken = undefined;
      known = { signature, jobs };
      return { jobs, changed: true };
    },
    write(jobs) {
      if (broken !== undefined) return Promise.reject(broken);
      if (waiting !== undefined) {
        waiting.jobs = jobs;
        return waiting.done;
      }
      const own = { jobs, done: Promise.resolve() };
      own.done = writing
        .catch(() => undefined)
        .then(() => {
          waiting = undefined;
          return writeNow(own.jobs);
        });
      waiting = own;
      writing = own.done;
      return own.done;
    },
  };

  function jobsIn(text: string): unknown[] {
    let parsed: unknown;
    try {
      parsed = parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      broken = new CronStoreError(`Failed to parse cron store at ${path}: ${reason}`);
      throw broken;
    }
    const jobs = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "jobs") : undefined;
    if (Array.isArray(jobs)) return jobs;
    broken = new CronStoreError(`Failed to parse cron store at ${path}: it has no list "jobs"`);
    throw broken;
  }
}

/** Strict JSON is what we write, and is read many times faster than JSON5. */
function parse(text: string): unknown {
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return JSON.parse(content);
  } catch {
    return JSON5.parse(content);
  }
}

function indented(job: unknown): string {
  return JSON.stringify(job, null, 2).replaceAll("\n", "\n    ");
}

const head = Buffer.from('{\n  "version": 1,\n  "jobs": [');
const first = Buffer.from("\n    ");
const separator = Buffer.from(",\n    ");
const tail = Buffer.from("\n  ]\n}\n");
