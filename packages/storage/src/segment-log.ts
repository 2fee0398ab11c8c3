import { rmSync } from "node:fs";
import type { Clock } from "./clock.ts";
import type { GroupCommit } from "./group-commit.ts";
import { JsonlFile } from "./jsonl-file.ts";
import { ensurePrivateDirSync } from "./private-dir.ts";
import type { JsonRecord } from "./record.ts";
import { checkFormat, formatVersion, listSegments, replaySegment, segmentPath } from "./segment-file.ts";
import { StorageError, storageErrorFrom } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** A closed segment never grows beyond this, a single larger batch aside. */
export const defaultSegmentBytes = 8 * 1024 * 1024;

// Below this a segment that holds little of use is not worth a new file at start.
const freshStartBytes = 256 * 1024;

/** What replaying a line said: the entry whose whole state it holds, a change of an entry, or nothing readable. */
export type Replayed = { base: string } | "change" | "garbage";

/** One line to write. `base` is given when the line holds the whole state of an entry. */
export interface SegmentRecord {
  record: object;
  base?: { id: string; open: boolean };
}

export interface SegmentLogOptions {
  dir: string;
  /** Written into the header, for the reader of the file. */
  kind: string;
  commit: GroupCommit;
  clock: Clock;
  onProblem: OnStorageProblem;
  /** Size at which a segment is closed, in bytes. */
  segmentBytes?: number;
  /** Takes one record while the log is being opened, in the order of writing. */
  replay(record: JsonRecord): Replayed;
  /** Called when all is replayed; afterwards `standing` answers for every entry. */
  replayed(): void;
  /** Whether an entry is unfinished, finished but still remembered, or of no use any more. */
  standing(id: string): "open" | "finished" | "gone";
  /** The one line that holds the whole present state of an entry. */
  snapshot(id: string): object;
}

interface Segment {
  number: number;
  path: string;
  size: number;
  /** Entries whose latest whole line is in this segment. */
  members: Set<string>;
  openCount: number;
  /** What its members would take if they were carried over. */
  liveBytes: number;
}

interface Place {
  segment: Segment;
  /** What the entry would take if it were carried over. */
  bytes: number;
  open: boolean;
}

/**
 * The files under journal and outbox: segments of JSON lines that are written at the end and deleted from the front.
 *
 * An entry begins with a line that holds all of it; later lines change its state. Because a change may stand in a later
 * segment than its entry, segments are only deleted oldest first: no entry can come back to life because the line that
 * finished it is gone. What is still needed of the oldest segment is carried over, that is written again at the end,
 * when that is little of it, or when the files together are more than twice what is still needed. So an entry that stays
 * open for weeks keeps no more than itself, and each byte is carried over only a few times.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #limit: number;
  readonly #segments: Segment[] = [];
  readonly #places = new Map<string, Place>();
  #file: JsonlFile | undefined;
  #cleaning = false;
  #closed = false;
  // Deletions that wait for carried entries to be on the disk. A later one waits for the earlier ones.
  #deletions: Promise<void> | undefined;

  /** @throws StorageError, `newer-format` among others; nothing is changed then. */
  static open(options: SegmentLogOptions): SegmentLog {
    ensurePrivateDirSync(options.dir);
    const log = new SegmentLog(options);
    log.#load();
    return log;
  }

  private constructor(options: SegmentLogOptions) {
    this.#options = options;
    this.#limit = options.segmentBytes ?? defaultSegmentBytes;
  }

  /** Appends whole entries and changes in one write and returns the size of each line in bytes. */
  write(records: SegmentRecord[]): number[] {
    if (this.#closed) throw this.#closedError();
    const lines = records.map(({ record }) => `${JSON.stringify(record)}\n`);
    const sizes = lines.map((line) => Buffer.byteLength(line));
    const { segment, file } = this.#active(sizes.reduce((sum, size) => sum + size, 0));
    file.appendLines(lines.join(""));
    segment.size = file.size;
    records.forEach(({ base }, i) => {
      if (base !== undefined) this.#place(base.id, segment, sizes[i] ?? 0, base.open);
    });
    return sizes;
  }

  /** Resolves when what was written last is on the disk. */
  sync(): Promise<void> {
    return this.#file === undefined ? Promise.resolve() : this.#file.sync();
  }

  /**
   * An entry is finished but still remembered, which takes about `bytes`. May delete segments, so `snapshot` must
   * already know.
   */
  finished(id: string, bytes: number): void {
    const place = this.#places.get(id);
    if (!place?.open) return;
    const { segment } = place;
    segment.liveBytes += bytes - place.bytes;
    segment.openCount -= 1;
    place.bytes = bytes;
    place.open = false;
    if (segment.openCount === 0) this.#cleanIfClosed(segment);
  }

  /** An entry is of no use any more. May delete segments. */
  gone(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#remove(id, place);
    this.#places.delete(id);
    if (place.segment.members.size === 0) this.#cleanIfClosed(place.segment);
  }

  /** Drops what is of no use any more, waits until pending deletions are done and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const written = this.sync();
    // The next start then has little to read.
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#isMostlyDead(last)) {
      this.#retireFile();
      this.#clean();
    }
    this.#closed = true;
    const carried = this.sync();
    this.#file?.close();
    await Promise.all([written, carried]);
    await this.#deletions;
  }

  #load(): void {
    const { dir, clock, onProblem } = this.#options;
    const files = listSegments(dir);
    for (const file of files) checkFormat(file.path);

    for (const { number, path } of files) {
      const segment: Segment = { number, path, size: 0, members: new Set(), openCount: 0, liveBytes: 0 };
      this.#segments.push(segment);
      replaySegment(path, {
        clock,
        onProblem,
        take: (record, bytes) => {
          const result = this.#options.replay(record);
          segment.size += bytes;
          if (result === "garbage") return false;
          if (result !== "change") this.#place(result.base, segment, bytes, false);
          return true;
        },
      });
    }
    this.#options.replayed();
    for (const [id, place] of this.#places) {
      const standing = this.#options.standing(id);
      if (standing === "gone") {
        this.#remove(id, place);
        this.#places.delete(id);
      } else {
        const open = standing === "open";
        const bytes = open ? place.bytes : JSON.stringify(this.#options.snapshot(id)).length;
        this.#place(id, place.segment, bytes, open);
      }
    }

    const last = this.#segments.at(-1);
    if (last === undefined) return;
    if (last.size < this.#limit && !this.#isMostlyDead(last)) {
      this.#file = this.#openFile(last.path);
      last.size = this.#file.size;
    }
    this.#clean();
  }

  #place(id: string, segment: Segment, bytes: number, open: boolean): void {
    const former = this.#places.get(id);
    if (former) this.#remove(id, former);
    this.#places.set(id, { segment, bytes, open });
    segment.members.add(id);
    segment.liveBytes += bytes;
    if (open) segment.openCount += 1;
  }

  #remove(id: string, place: Place): void {
    place.segment.members.delete(id);
    place.segment.liveBytes -= place.bytes;
    if (place.open) place.segment.openCount -= 1;
  }

  /** The segment that takes `bytes` more, a new one if need be. */
  #active(bytes: number): { segment: Segment; file: JsonlFile } {
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#file !== undefined) {
      const isEmpty = last.members.size === 0 && last.size < 256;
      if (isEmpty || last.size + bytes <= this.#limit) return { segment: last, file: this.#file };
    }
    const number = (last?.number ?? 0) + 1;
    const path = segmentPath(this.#options.dir, number);
    const file = this.#openFile(path);
    this.#retireFile();
    this.#file = file;
    const segment: Segment = { number, path, size: file.size, members: new Set(), openCount: 0, liveBytes: 0 };
    this.#segments.push(segment);
    this.#clean();
    // Carrying over may have gone on to yet another segment.
    return { segment: this.#segments.at(-1) ?? segment, file: this.#file };
  }

  #openFile(path: string): JsonlFile {
    return JsonlFile.open(path, {
      commit: this.#options.commit,
      header: { format: formatVersion, kind: this.#options.kind, createdAt: this.#options.clock.now() },
    });
  }

  #retireFile(): void {
    if (this.#file === undefined) return;
    // State changes are not synced one by one; those at the end of a segment would otherwise never be.
    this.#file.sync().catch((error) => this.#report("sync-failed", error));
    this.#file.close();
    this.#file = undefined;
  }

  #cleanIfClosed(segment: Segment): void {
    if (segment !== this.#segments.at(-1)) this.#clean();
  }

  #clean(): void {
    if (this.#cleaning) return;
    this.#cleaning = true;
    try {
      // Segments that come into being through carrying over are not looked at again in the same round.
      let left = this.#file === undefined ? this.#segments.length : this.#segments.length - 1;
      for (; left > 0; left -= 1) {
        const oldest = this.#segments[0];
        if (oldest === undefined || !this.#isReclaimable(oldest)) return;
        this.#reclaim(oldest);
      }
    } catch (error) {
      // A full disk: the segment stays and is tried again when the next one is closed.
      this.#report("cleanup-failed", error);
    } finally {
      this.#cleaning = false;
    }
  }

  #isMostlyDead(segment: Segment): boolean {
    return segment.size >= freshStartBytes && segment.liveBytes <= segment.size / 4;
  }

  #isReclaimable(segment: Segment): boolean {
    if (segment.liveBytes <= segment.size / 4) return true;
    let total = 0;
    let live = 0;
    for (const each of this.#segments) {
      total += each.size;
      live += each.liveBytes;
    }
    return total > 2 * live + 2 * this.#limit;
  }

  #reclaim(oldest: Segment): void {
    const members = [...oldest.members];
    if (members.length > 0) {
      this.write(
        members.map((id) => ({
          base: { id, open: this.#options.standing(id) === "open" },
          record: this.#options.snapshot(id),
        })),
      );
    }
    this.#segments.splice(this.#segments.indexOf(oldest), 1);
    // What was carried over must be on the disk before its former place is gone.
    const isSafe = members.length === 0 || !this.#options.commit.enabled;
    if (isSafe && this.#deletions === undefined) {
      this.#delete(oldest.path);
      return;
    }
    const carried = this.sync();
    const deletion: Promise<void> = Promise.all([carried, this.#deletions])
      .then(() => this.#delete(oldest.path))
      .catch((error) => this.#report("cleanup-failed", error))
      .then(() => {
        if (this.#deletions === deletion) this.#deletions = undefined;
      });
    this.#deletions = deletion;
  }

  #delete(path: string): void {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw storageErrorFrom(error, "delete a finished segment", path);
    }
  }

  #report(kind: "sync-failed" | "cleanup-failed", error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.onProblem({ kind, path: this.#options.dir, message, error });
  }

  #closedError(): StorageError {
    return new StorageError("closed", {
      what: `Cannot write, the ${this.#options.kind} is closed`,
      path: this.#options.dir,
      remedy: "Do not write after close().",
    });
  }
}
