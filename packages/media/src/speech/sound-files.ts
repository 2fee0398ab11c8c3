import { readdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { type Clock, ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";

/** How long a spoken answer stays, ms: long enough to be sent. */
const keptMs = 5 * 60_000;
/** How often it is looked at what is left then, ms. */
const againMs = 60_000;
const prefix = "tts-";

export interface SoundFiles {
  /** Writes a sound into a folder of its own and returns its path. It is removed five minutes later. */
  write(bytes: Buffer, extension: string): Promise<string>;
  close(): void;
}

/**
 * Spoken answers on their way to a chat. They lie below the state directory, because an answer is sent after a crash as
 * well; what an earlier process has left is removed with the next one.
 */
export function createSoundFiles(options: {
  dir: string;
  clock: Clock;
  /** True for a file that still waits to be sent. */
  isWaiting?: ((file: string) => boolean) | undefined;
}): SoundFiles {
  const { dir, clock } = options;
  let timer: NodeJS.Timeout | undefined;

  const sweep = () => {
    timer = undefined;
    let left = 0;
    for (const name of namesIn(dir)) {
      if (!name.startsWith(prefix)) continue;
      const folder = path.join(dir, name);
      const writtenAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const waits = namesIn(folder).some((file) => options.isWaiting?.(path.join(folder, file)) === true);
      if (waits || clock.now() - writtenAt < keptMs) left += 1;
      else rmSync(folder, { recursive: true, force: true });
    }
    if (left > 0) schedule(againMs);
  };
  const schedule = (ms: number) => {
    timer ??= setTimeout(sweep, ms).unref();
  };

  return {
    async write(bytes, extension) {
      await ensurePrivateDir(dir);
      const folder = await mkdtemp(path.join(dir, prefix));
      const file = path.join(folder, `voice-${clock.now()}.${extension}`);
      await writeFileAtomic(file, bytes, { mode: 0o600 });
      schedule(keptMs);
      return file;
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing was written yet, or it was removed by somebody else.
    return [];
  }
}
