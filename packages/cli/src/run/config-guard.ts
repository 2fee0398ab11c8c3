import type { ConfigIssue, ConfigSnapshot } from "@openclaw/config";
import { CliError } from "./cli-error.ts";
import type { CommandContext } from "./command-context.ts";

/** The block that tells what is wrong with a configuration file. */
export async function invalidConfigLines(
  snapshot: ConfigSnapshot,
  context: Pick<CommandContext, "hint">,
): Promise<string[]> {
  const { issueLine } = await import("@openclaw/config");
  const line = (issue: ConfigIssue) => {
    const number = issueLine(snapshot.raw, issue);
    return `  - ${issue.path || "<root>"}: ${issue.message}${number === undefined ? "" : ` (line ${number})`}`;
  };
  const legacy = new Set(snapshot.legacyIssues.map((issue) => `${issue.path}\n${issue.message}`));
  const other = snapshot.issues.filter((issue) => !legacy.has(`${issue.path}\n${issue.message}`));
  return [
    "Config invalid",
    `File: ${snapshot.path}`,
    ...(other.length > 0 ? ["Problem:", ...other.map(line)] : []),
    ...(snapshot.legacyIssues.length > 0 ? ["Legacy config keys detected:", ...snapshot.legacyIssues.map(line)] : []),
    "",
    `Run: ${context.hint("openclaw doctor --fix")}`,
  ];
}

/**
 * Reads the configuration before a command runs and tells of its problems once.
 * @throws CliError when the command needs a valid file and there is none
 */
export async function guardConfig(need: "valid" | "any", context: CommandContext): Promise<void> {
  const snapshot = await context.config();
  if (snapshot.valid) return;
  const lines = await invalidConfigLines(snapshot, context);
  if (need === "valid") throw new CliError(lines, { code: "invalid-config" });
  for (const line of lines) context.warn(line);
}
