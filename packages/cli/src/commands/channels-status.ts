import { GatewayCallError, gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsStatusFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { withProgress } from "../terminal/progress.ts";
import { run as listConfigured } from "./channels-list.ts";
import { listOf, recordOf, textOf } from "./payload.ts";

/** `channels status`: how the accounts are, as the Gateway says; what the configuration says when it cannot be reached. */
export async function run(
  { flags }: CommandInput<typeof channelsStatusFlags>,
  context: CommandContext,
): Promise<number | undefined> {
  const { probe, timeout, json } = flags;
  let status: Record<string, unknown>;
  try {
    const params = { probe, timeoutMs: timeout };
    status = recordOf(
      await withProgress("Asking the channels…", { context, quiet: json }, () =>
        gatewayCall({ context, timeoutMs: timeout + 5000, method: "channels.status", params }),
      ),
    );
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    context.warn(`Gateway not reachable: ${error.reason}`);
    if (json) return 1;
    await listConfigured({ flags: { "no-usage": true, json: false }, args: [] }, context);
    return undefined;
  }
  if (json) {
    const { statusIssues: _, ...payload } = status;
    context.printJson(payload);
    return undefined;
  }
  context.print("Gateway reachable.");
  const labels = recordOf(status.channelLabels);
  for (const [id, rows] of Object.entries(recordOf(status.channelAccounts))) {
    for (const row of listOf(rows).map(recordOf)) context.print(`- ${accountLine(textOf(labels[id]) ?? id, row)}`);
  }
  const issues = listOf(status.statusIssues).map(recordOf);
  if (issues.length > 0) {
    context.print();
    context.print("Warnings:");
    for (const { channel, accountId, message, fix } of issues) {
      context.print(
        `- ${textOf(channel)} ${textOf(accountId)}: ${textOf(message)}${fix === undefined ? "" : ` (${textOf(fix)})`}`,
      );
    }
    context.print(`- Run: ${context.hint("openclaw doctor")}`);
  }
  context.print();
  context.print(`Tip: ${context.hint("openclaw status --deep")} probes every channel.`);
  return undefined;
}

function accountLine(label: string, row: Record<string, unknown>): string {
  const { accountId, name, enabled, configured, linked, running, connected, mode, lastError, probe } = row;
  const probed = probe === undefined ? undefined : recordOf(probe);
  const facts = [
    enabled === false ? "disabled" : "enabled",
    configured === false ? "not configured" : "configured",
    ...(typeof linked === "boolean" ? [linked ? "linked" : "not linked"] : []),
    running === true ? "running" : "stopped",
    ...(typeof connected === "boolean" ? [connected ? "connected" : "disconnected"] : []),
    ...(textOf(mode) === undefined ? [] : [`mode:${textOf(mode)}`]),
    ...(textOf(lastError) === undefined ? [] : [`error:${textOf(lastError)}`]),
    ...(probed === undefined
      ? []
      : [probed.ok === true ? "works" : `probe failed:${textOf(probed.error) ?? "unknown"}`]),
  ];
  return `${label} ${textOf(accountId)}${textOf(name) === undefined ? "" : ` (${textOf(name)})`}: ${facts.join(", ")}`;
}
