import path from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, ensurePrivateDir, readJsonFileSync, writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";

const defaultTriggers: readonly string[] = ["openclaw", "claude", "computer"];
const maxTriggers = 32;
const maxTriggerChars = 64;

const stored = z.looseObject({ triggers: z.array(z.unknown()) });

/** The words that wake the voice assistant of devices; one list for all of them. */
export interface VoiceWake {
  triggers(): readonly string[];
  /** Stores what is left of a list, or the default words when nothing is, and returns it. */
  set(triggers: readonly unknown[]): Promise<readonly string[]>;
}

/** The list in `<state>/settings/voicewake.json`, read when it is first asked for. */
export function openVoiceWake(options: { stateDir: string; clock: Clock; log: Logger }): VoiceWake {
  const file = path.join(options.stateDir, "settings", "voicewake.json");
  let known: readonly string[] | undefined;

  const read = (): readonly string[] => {
    try {
      return normalized(stored.safeParse(readJsonFileSync(file)).data?.triggers ?? []);
    } catch (error) {
      options.log.warn("the wake words cannot be read; the usual ones are used", { error: String(error) });
      return defaultTriggers;
    }
  };

  return {
    triggers() {
      known ??= read();
      return known;
    },
    async set(triggers) {
      const next = normalized(triggers);
      await ensurePrivateDir(path.dirname(file));
      const content = { triggers: next, updatedAtMs: options.clock.now() };
      await writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
      known = next;
      return next;
    },
  };
}

function normalized(triggers: readonly unknown[]): readonly string[] {
  const words = triggers
    .flatMap((word) => (typeof word === "string" ? [word.trim().slice(0, maxTriggerChars).toWellFormed()] : []))
    .filter((word) => word !== "")
    .slice(0, maxTriggers);
  return words.length === 0 ? defaultTriggers : words;
}
