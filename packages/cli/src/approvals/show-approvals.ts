import type { CommandContext } from "../run/command-context.ts";
import { formatAge } from "../terminal/age.ts";
import { renderTable } from "../terminal/table.ts";
import type { ApprovalsSnapshot } from "./approvals-target.ts";

/** Prints an approvals file for people, or as one JSON document. */
export function showApprovals(snapshot: ApprovalsSnapshot, json: boolean, context: CommandContext): void {
  const { target, path, exists, hash, file, problem } = snapshot;
  if (json) {
    const { version, socket, defaults = {}, agents = {} } = file;
    const shown = { version, ...(socket ? { socket } : {}), defaults, agents };
    return context.printJson({ path, exists, hash, file: shown, ...(problem ? { problem } : {}) });
  }
  const { style } = context;
  const agents = Object.entries(file.agents ?? {});
  const entries = agents.flatMap(([agent, { allowlist }]) => (allowlist ?? []).map((entry) => ({ agent, ...entry })));
  const defaults = Object.entries(file.defaults ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  const fields = [
    ["Target", target],
    ["Path", context.shorten(path)],
    ["Exists", exists ? "yes" : "no"],
    ["Hash", hash],
    ["Version", String(file.version)],
    ["Socket", context.shorten(file.socket?.path ?? "none")],
    ["Defaults", defaults.join(", ") || "none"],
    ["Agents", String(agents.length)],
    ["Allowlist", String(entries.length)],
  ];
  const width = context.stdout.columns;
  const columns = [{ title: "Field" }, { title: "Value", flexible: true }];
  context.print(renderTable(columns, fields, { width, style }));
  if (problem !== undefined) context.warn(`The file cannot be used and denies every command: ${problem}`);
  if (entries.length === 0) return context.print(style.muted("No allowlist entries."));
  context.print(style.heading("Allowlist"));
  const rows = entries.map(({ agent, pattern, lastUsedAt }) => [
    target,
    agent,
    pattern,
    lastUsedAt === undefined ? "never" : formatAge(context.now() - lastUsedAt),
  ]);
  const listed = [
    { title: "Target" },
    { title: "Agent" },
    { title: "Pattern", flexible: true },
    { title: "Last Used" },
  ];
  context.print(renderTable(listed, rows, { width, style }));
}
