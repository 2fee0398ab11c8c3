import { markedDefaults } from "../agent-ids.ts";
import type { ConfigIssue } from "../issue.ts";
import type { OpenClawConfig } from "../parse.ts";

const semver = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;
// The reference release counts in years; its numbers say nothing about the age of ours.
const firstCalendarYear = 2000;

function versionParts(version: string | undefined): [number, number, number] | undefined {
  const match = semver.exec(version?.trim().replace(/^v/, "") ?? "");
  if (!match || Number(match[1]) >= firstCalendarYear) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

function isNewer(candidate: string | undefined, current: string): boolean {
  const left = versionParts(candidate);
  const right = versionParts(current);
  if (!left || !right) return false;
  const difference = left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  return difference > 0;
}

function usesSqliteDriver(config: OpenClawConfig): string[] {
  const paths: string[] = [];
  if (config.agents?.defaults?.memorySearch?.store?.driver === "sqlite") paths.push("agents.defaults");
  for (const [index, agent] of (config.agents?.list ?? []).entries()) {
    if (agent.memorySearch?.store?.driver === "sqlite") paths.push(`agents.list.${index}`);
  }
  return paths;
}

/**
 * Finds what is valid but probably not what its writer thinks.
 * @param version the running version, for the note about files written by a newer one
 */
export function findOddities(config: OpenClawConfig, version: string | undefined): ConfigIssue[] {
  const warnings: ConfigIssue[] = [];
  const written = config.meta?.lastTouchedVersion;
  if (version !== undefined && isNewer(written, version)) {
    warnings.push({
      path: "meta.lastTouchedVersion",
      message: `Config was last written by a newer OpenClaw (${written}); current version is ${version}.`,
    });
  }
  if (markedDefaults(config.agents?.list ?? []).length > 1) {
    warnings.push({
      path: "agents.list",
      message: "Multiple agents marked default=true; using the first entry as default.",
    });
  }
  if (config.bridge !== undefined) warnings.push({ path: "bridge", message: "bridge.* is ignored" });
  for (const path of usesSqliteDriver(config)) {
    warnings.push({
      path: `${path}.memorySearch.store.driver`,
      message: 'driver "sqlite" is read as "lancedb"; memory indexes are kept in LanceDB',
    });
  }
  return warnings;
}
