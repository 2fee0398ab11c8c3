import { randomUUID } from "node:crypto";
import { gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import { renderTable } from "../terminal/table.ts";
import { isRecord, listOf, recordOf, textOf } from "./payload.ts";

/** Flags of some action: switches, texts and numbers. */
type Flags = Readonly<Record<string, unknown>>;

/** How long a message may take until it was sent, ms. */
const timeoutMs = 60_000;
const ownFlags = new Set(["channel", "account", "json", "dry-run", "verbose"]);
/** Flags whose values are lists. */
const lists = new Set(["targets", "poll-option", "channel-ids", "author-ids", "role-ids", "sticker-id"]);

/** Carries an action of a `message` command out through the Gateway, and prints what came of it. */
export async function messageAction(
  action: string,
  { flags }: { flags: Flags },
  context: CommandContext,
): Promise<number | undefined> {
  const dryRun = flags["dry-run"] === true;
  const answer = recordOf(
    await gatewayCall({
      context,
      timeoutMs,
      method: "message.action",
      params: {
        action,
        ...(typeof flags.channel === "string" ? { channel: flags.channel } : {}),
        ...(typeof flags.account === "string" ? { accountId: flags.account } : {}),
        params: parametersOf(flags),
        dryRun,
        idempotencyKey: randomUUID(),
      },
    }),
  );
  const payload = recordOf(answer.payload);
  const failed = action === "broadcast" && listOf(payload.results).some((result) => recordOf(result).ok !== true);
  if (flags.json === true) {
    const handledBy = dryRun ? "dry-run" : answer.handledBy;
    context.printJson({ action, channel: answer.channel, dryRun, handledBy, payload });
  } else show(action, textOf(answer.channel) ?? "", payload, dryRun, context);
  return failed ? 1 : undefined;
}

/** Flags by the names actions know: camel case, lists as lists. */
function parametersOf(flags: Flags): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) => {
      if (ownFlags.has(name) || value === undefined || value === false) return [];
      const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const split = lists.has(name) && typeof value === "string" ? value.split(/\n/).filter(Boolean) : value;
      return [[key, split]];
    }),
  );
}

function show(
  action: string,
  channel: string,
  payload: Record<string, unknown>,
  dryRun: boolean,
  context: CommandContext,
): void {
  const mark = dryRun ? "[dry-run] " : "";
  if (action === "send" || action === "poll") {
    const id = textOf(payload.messageId);
    const waits = payload.queued === true ? " (still being tried)" : "";
    return context.print(
      `${mark}${action} via ${channel} to ${textOf(payload.to) ?? "?"}${id ? ` (message id ${id})` : ""}${waits}`,
    );
  }
  if (action === "broadcast") {
    for (const result of listOf(payload.results).map(recordOf)) {
      const end = result.ok === true ? "ok" : `failed: ${textOf(result.error) ?? "unknown"}`;
      context.print(`${mark}${textOf(result.channel)} ${textOf(result.to)}: ${end}`);
    }
    return;
  }
  const [name, rows] = Object.entries(payload).find(([, value]) => Array.isArray(value)) ?? [];
  if (name !== undefined && rows !== undefined) return showList(name, listOf(rows).map(recordOf), context);
  const facts = Object.entries(payload).slice(0, 20);
  context.print(
    renderTable(
      [{ title: "Key" }, { title: "Value", flexible: true }],
      facts.map(([key, value]) => [key, isRecord(value) ? JSON.stringify(value) : String(value)]),
      { width: context.stdout.columns, style: context.style },
    ),
  );
}

const columnsOf: Readonly<Record<string, { none: string; most: number; columns: readonly string[] }>> = {
  messages: { none: "No messages.", most: 25, columns: ["time", "author", "text", "id"] },
  pins: { none: "No pins.", most: 25, columns: ["time", "author", "text", "id"] },
  reactions: { none: "No reactions.", most: 50, columns: ["emoji", "count", "users"] },
};

function showList(name: string, rows: readonly Record<string, unknown>[], context: CommandContext): void {
  const known = columnsOf[name];
  if (rows.length === 0) return context.print(known?.none ?? `No ${name}.`);
  const columns = known?.columns ?? Object.keys(rows[0] ?? {}).slice(0, 5);
  const cell = (value: unknown) =>
    value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  context.print(
    renderTable(
      columns.map((title, index) => ({
        title: `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`,
        flexible: index === columns.length - 1,
      })),
      rows.slice(0, known?.most ?? 50).map((row) => columns.map((column) => cell(row[column]))),
      { width: context.stdout.columns, style: context.style },
    ),
  );
}
