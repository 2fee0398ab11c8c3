import { readFileSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { ensurePrivateDirSync, writeFileAtomicSync } from "@openclaw/storage";
import { z } from "zod";
import {
  isMode,
  type SpeechConfig,
  type SpeechMode,
  type SpeechProviderId,
  speechModes,
  speechProviders,
} from "./speech-config.ts";

const defaults = { maxLength: 1500, summarize: true };

/** A member that somebody has written wrongly counts as absent; the others hold. */
const preferences = z.looseObject({
  auto: z.enum(speechModes).optional().catch(undefined),
  enabled: z.boolean().optional().catch(undefined),
  provider: z.enum(speechProviders).optional().catch(undefined),
  maxLength: z.number().positive().optional().catch(undefined),
  summarize: z.boolean().optional().catch(undefined),
});
const file = z.looseObject({ tts: preferences.optional() });
type PreferencesFile = z.output<typeof file>;

export interface Preferences {
  readonly path: string;
  /** The mode they set for all sessions; undefined when they say nothing. */
  mode(): SpeechMode | undefined;
  provider(): SpeechProviderId | undefined;
  /** Longest text that is spoken as it is, in characters. */
  maxLength(): number;
  summarize(): boolean;
  /** Writes what has changed, atomically and for its user alone; what else is in the file stays. */
  set(change: {
    auto?: SpeechMode | undefined;
    enabled?: boolean;
    provider?: SpeechProviderId;
    maxLength?: number;
    summarize?: boolean;
  }): void;
}

/** Where the preferences are: as configured, as the environment says, else below the state directory. */
export function preferencesPath(config: SpeechConfig, env: NodeJS.ProcessEnv, stateDir: string): string {
  const named = config.prefsPath?.trim() || env.OPENCLAW_TTS_PREFS?.trim();
  if (!named) return path.join(stateDir, "settings", "tts.json");
  const home = env.HOME ?? os.homedir();
  return path.resolve(named === "~" || named.startsWith("~/") ? path.join(home, named.slice(1)) : named);
}

/** Opens the preferences at a path. They are read again when the file has changed; one that cannot be read counts as empty. */
export function openPreferences(at: () => string, log: Logger): Preferences {
  let known: { stamp: string; content: PreferencesFile } | undefined;

  const read = (): PreferencesFile => {
    const name = at();
    const stamp = stampOf(name);
    if (known?.stamp === stamp) return known.content;
    known = { stamp, content: {} };
    if (stamp.endsWith(":none")) return known.content;
    try {
      known.content = file.parse(JSON.parse(readFileSync(name, "utf8")));
    } catch (error) {
      const reason = error instanceof SyntaxError ? "it is not valid JSON" : String(error);
      log.warn(`the speech preferences in ${name} cannot be read and count as empty: ${reason}`);
    }
    return known.content;
  };
  const own = () => read().tts ?? {};

  return {
    get path() {
      return at();
    },
    mode() {
      const { auto, enabled } = own();
      if (isMode(auto)) return auto;
      return enabled === undefined ? undefined : enabled ? "always" : "off";
    },
    provider: () => own().provider,
    maxLength: () => own().maxLength ?? defaults.maxLength,
    summarize: () => own().summarize ?? defaults.summarize,
    set(change) {
      const content = read();
      const name = at();
      ensurePrivateDirSync(path.dirname(name));
      writeFileAtomicSync(name, `${JSON.stringify({ ...content, tts: { ...content.tts, ...change } }, null, 2)}\n`, {
        mode: 0o600,
      });
      known = undefined;
    },
  };
}

function stampOf(name: string): string {
  const found = statSync(name, { throwIfNoEntry: false });
  return `${name}:${found === undefined ? "none" : `${found.ino}.${found.size}.${found.mtimeMs}`}`;
}
