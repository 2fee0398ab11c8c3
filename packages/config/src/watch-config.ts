import type { Logger } from "@openclaw/log";
import { changedPaths } from "./changed-paths.ts";
import { type Timers, type WatchDirectory, watchFiles } from "./file-watcher.ts";
import { locateConfig } from "./load-config.ts";
import type { Paths } from "./paths.ts";
import { hashOfFile } from "./read-config.ts";
import type { ConfigSnapshot } from "./snapshot.ts";

/** Why a changed file was not taken over. */
export type InvalidReason = "invalid" | "missing";

export interface WatchConfigOptions {
  paths: Paths;
  log?: Logger;
  watchIncludes?: boolean;
  timers?: Timers;
  watchDirectory?: WatchDirectory;
  /** The configuration in force. */
  snapshot: () => ConfigSnapshot;
  /** Reads the file, and puts it in force when it may. */
  read: () => Promise<ConfigSnapshot>;
  onChange: (next: ConfigSnapshot, changedPaths: string[]) => void;
  onInvalid?: (snapshot: ConfigSnapshot, reason: InvalidReason) => void;
}

const defaultDebounceMs = 300;

/** Follows the configuration file and tells what has changed in it. @returns how to stop */
export function watchConfig(options: WatchConfigOptions): () => void {
  const { log, paths } = options;
  let told = options.snapshot();
  let latest = told;

  return watchFiles({
    alreadyChanged: hashOfFile(locateConfig(paths)) !== told.hash,
    files: () => [paths.configPath, ...(options.watchIncludes === false ? [] : latest.includedPaths)],
    debounceMs: () => options.snapshot().config.gateway?.reload?.debounceMs ?? defaultDebounceMs,
    onSettled: async () => {
      latest = await options.read();
      if (!latest.exists) {
        log?.warn(`config reload skipped (the file is missing): ${paths.configPath}`);
        options.onInvalid?.(latest, "missing");
        return;
      }
      if (!latest.valid) {
        const issues = latest.issues.map((issue) => `${issue.path}: ${issue.message}`).join(", ");
        log?.warn(`config reload skipped (invalid config): ${issues}`);
        options.onInvalid?.(latest, "invalid");
        return;
      }
      const changed = changedPaths(told.config, latest.config);
      told = latest;
      if (changed.length === 0) return;
      log?.info(`config change detected; evaluating reload (${changed.join(", ")})`);
      options.onChange(latest, changed);
    },
    onError: (error) => log?.warn(`config watcher error: ${error}`),
    ...(options.timers && { timers: options.timers }),
    ...(options.watchDirectory && { watchDirectory: options.watchDirectory }),
  });
}
