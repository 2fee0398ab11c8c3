import { existsSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig, Paths } from "@openclaw/config";
import type { Logger } from "@openclaw/log";

/** Brings sessions and agent directory of a former release to their places, before anything reads them. */
export async function takeOverLegacyState(
  paths: Paths,
  config: OpenClawConfig,
  now: () => number,
  log: Logger,
): Promise<void> {
  const parts = (["sessions", "agent"] as const).filter((name) => existsSync(path.join(paths.stateDir, name)));
  if (parts.length === 0) return;
  const { migrateState } = await import("@openclaw/setup/state");
  const { changes, warnings } = await migrateState({ paths, config, now }, parts);
  for (const change of changes) log.info(change);
  for (const warning of warnings) log.warn(warning);
}
