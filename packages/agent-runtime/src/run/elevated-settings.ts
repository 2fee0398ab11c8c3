import { type ElevatedConfig, elevatedAccess } from "@openclaw/approvals";
import type { ElevatedSettings } from "../tools/exec-guard.ts";
import { agentConfig } from "./run-setup.ts";
import type { RuntimeConfig } from "./runtime-config.ts";

/** Who wrote a message, by all the names its channel knows: id, user name, number. */
export interface MessageSender {
  names: readonly string[];
}

/** What the configuration says about elevated commands of the sender of a run. */
export function elevatedSettings(
  config: RuntimeConfig,
  run: { agentId: string; channel?: string; sender?: MessageSender },
  session: string | undefined,
): ElevatedSettings {
  const channel = run.channel ?? "webchat";
  const all = config.tools?.elevated;
  const access = elevatedAccess(
    { channel, names: run.sender?.names ?? [] },
    { all: withDiscordDms(all, config), agent: agentConfig(config, run.agentId)?.tools?.elevated },
  );
  return { access, session, configured: config.agents?.defaults?.elevatedDefault };
}

/** Discord's list of direct chats counts while `tools.elevated.allowFrom.discord` is absent. */
function withDiscordDms(all: ElevatedConfig | undefined, config: RuntimeConfig): ElevatedConfig | undefined {
  if (all?.allowFrom?.discord !== undefined) return all;
  const discord = config.channels?.discord;
  const dm = isRecord(discord) && isRecord(discord.dm) ? discord.dm.allowFrom : undefined;
  if (!Array.isArray(dm)) return all;
  const listed = dm.filter((entry) => typeof entry === "string" || typeof entry === "number");
  return { ...all, allowFrom: { ...all?.allowFrom, discord: listed } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
