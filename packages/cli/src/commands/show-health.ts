import { withGateway } from "../call/gateway-call.ts";
import { type TargetFlags, targetLines } from "../call/gateway-target.ts";
import type { CommandContext } from "../run/command-context.ts";
import { formatAge } from "../terminal/age.ts";
import { startProgress } from "../terminal/progress.ts";
import { isRecord, listOf, numberOf, recordOf, textOf } from "./payload.ts";

export interface ShowHealthOptions extends TargetFlags {
  timeoutMs: number;
  json: boolean;
  /** Live probes and the connection's details. */
  verbose: boolean;
}

/** Asks a Gateway for its health and prints it. @throws CliError when it cannot be reached */
export async function showHealth(context: CommandContext, options: ShowHealthOptions): Promise<void> {
  const progress = startProgress("Asking the Gateway…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: options.json,
  });
  try {
    const { health, target } = await withGateway({ context, ...options }, async (connection) => ({
      health: await connection.call("health", options.verbose ? { probe: true } : {}),
      target: connection.target,
    }));
    progress.stop();
    if (options.json) return context.printJson(health);
    if (options.verbose) {
      const { path } = await context.config();
      for (const line of targetLines(target, path)) context.print(context.style.muted(line));
    }
    for (const line of healthLines(health, context)) context.print(line);
  } finally {
    progress.stop();
  }
}

/** The lines people see. */
export function healthLines(health: unknown, { style, shorten }: Pick<CommandContext, "style" | "shorten">): string[] {
  const root = recordOf(health);
  const labels = recordOf(root.channelLabels);
  const channels = listOf(root.channelOrder).map((id) => {
    const channel = recordOf(recordOf(root.channels)[String(id)]);
    const state = channel.linked === true ? "linked" : channel.configured === true ? "configured" : "not configured";
    return `${style.accent(textOf(labels[String(id)]) ?? String(id))}: ${state}`;
  });
  const agents = listOf(root.agents).filter(isRecord);
  const names = agents.map((agent) => `${textOf(agent.agentId)}${agent.isDefault === true ? " (default)" : ""}`);
  const intervals = agents.map((agent) => {
    const heartbeat = recordOf(agent.heartbeat);
    return `${heartbeat.enabled === true ? textOf(heartbeat.every) : "disabled"} (${textOf(agent.agentId)})`;
  });
  const stores = agents.flatMap((agent) => {
    const sessions = recordOf(agent.sessions);
    const recent = listOf(sessions.recent).filter(isRecord).slice(0, 5);
    return [
      `Session store (${textOf(agent.agentId)}): ${shorten(textOf(sessions.path) ?? "")} (${numberOf(sessions.count) ?? 0} entries)`,
      ...recent.map((session) => `- ${textOf(session.key)} (${formatAge(numberOf(session.age))})`),
    ];
  });
  return [
    ...(channels.length > 0 ? channels : [style.muted("Channels: none")]),
    `Agents: ${names.join(", ") || "none"}`,
    `Heartbeat interval: ${intervals.join(", ") || "none"}`,
    ...stores,
  ];
}
