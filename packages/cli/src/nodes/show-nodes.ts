import type { NodeRow } from "@openclaw/protocol";
import { listOf, numberOf, recordOf, textOf } from "../commands/payload.ts";
import type { CommandContext } from "../run/command-context.ts";
import { formatAge } from "../terminal/age.ts";
import { renderTable } from "../terminal/table.ts";

/** What version 4 of the protocol says beside. */
export type SeenNode = NodeRow & { lastSeenAtMs?: number | undefined };

export function printTable(
  titles: readonly string[],
  flexible: readonly string[],
  rows: string[][],
  context: CommandContext,
) {
  const columns = titles.map((title) => ({ title, flexible: flexible.includes(title) }));
  context.print(renderTable(columns, rows, { width: context.stdout.columns, style: context.style }));
}

/** The table of `nodes status`. */
export function showStatus(nodes: readonly SeenNode[], context: CommandContext): void {
  const paired = nodes.filter((node) => node.paired).length;
  const connected = nodes.filter((node) => node.connected).length;
  context.print(`Known: ${nodes.length} · Paired: ${paired} · Connected: ${connected}`);
  if (nodes.length === 0) return;
  const rows = nodes.map((node) => [
    node.displayName ?? node.nodeId,
    node.nodeId,
    node.remoteIp ?? "",
    detailOf(node),
    statusOf(node),
    node.caps.join(", "),
  ]);
  printTable(["Node", "ID", "IP", "Detail", "Status", "Caps"], ["ID", "Detail"], rows, context);
}

function detailOf({ platform, version, deviceFamily, modelIdentifier, permissions }: NodeRow): string {
  const granted = Object.entries(permissions ?? {}).map(([name, given]) => `${name}=${given ? "yes" : "no"}`);
  return [platform, version, deviceFamily, modelIdentifier, ...granted].filter((part) => part).join(" · ");
}

export function statusOf({ paired, connected }: NodeRow): string {
  return `${paired ? "paired" : "unpaired"} · ${connected ? "connected" : "disconnected"}`;
}

/** The two tables of `nodes list`. */
export function showPairing(
  { pending, paired }: { pending: readonly unknown[]; paired: readonly unknown[] },
  context: CommandContext,
): void {
  context.print(`Pending: ${pending.length} · Paired: ${paired.length}`);
  if (pending.length > 0) {
    context.print(context.style.heading("Pending"));
    showPending(pending, context);
  }
  if (paired.length === 0) return;
  context.print(context.style.heading("Paired"));
  const rows = paired
    .map(recordOf)
    .map((node) => [
      textOf(node.displayName) ?? "",
      textOf(node.nodeId) ?? "",
      textOf(node.remoteIp) ?? "",
      ageOf(node.lastConnectedAtMs, context),
    ]);
  printTable(["Node", "ID", "IP", "Last connect"], ["ID"], rows, context);
}

/** Requests that wait, with what the node wants to lend. */
export function showPending(pending: readonly unknown[], context: CommandContext): void {
  const rows = pending.map(recordOf).map((request) => [
    textOf(request.requestId) ?? "",
    [textOf(request.displayName), textOf(request.nodeId)].filter((part) => part).join("\n"),
    textOf(request.remoteIp) ?? "",
    listOf(request.commands)
      .flatMap((name) => textOf(name) ?? [])
      .join(", "),
    ageOf(request.ts, context),
  ]);
  printTable(["Request", "Node", "IP", "Commands", "Requested"], ["Node", "Commands"], rows, context);
}

function ageOf(ts: unknown, context: CommandContext): string {
  const at = numberOf(ts);
  return at === undefined ? "" : formatAge(context.now() - at);
}

/** What `nodes describe` prints. */
export function showNode(node: NodeRow, context: CommandContext): void {
  const fields: [string, string | undefined][] = [
    ["Node", node.displayName ?? node.nodeId],
    ["ID", node.nodeId],
    ["IP", node.remoteIp],
    ["Platform", node.platform],
    ["Version", node.version],
    ["Device", [node.deviceFamily, node.modelIdentifier].filter((part) => part).join(" ")],
    ["Status", statusOf(node)],
    ["Caps", node.caps.join(", ")],
    [
      "Permissions",
      Object.entries(node.permissions ?? {})
        .map(([name, given]) => `${name}=${given ? "yes" : "no"}`)
        .join(", "),
    ],
    ["PATH", node.pathEnv],
  ];
  const rows = fields.flatMap(([name, value]) => (value ? [[name, value]] : []));
  printTable(["Field", "Value"], ["Value"], rows, context);
  context.print(context.style.heading("Commands"));
  const commands = node.commands.toSorted();
  for (const command of commands) context.print(`- ${command}`);
  if (commands.length === 0) context.print("- (none reported)");
}
