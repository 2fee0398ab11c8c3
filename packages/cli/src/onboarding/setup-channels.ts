import type { OpenClawConfig } from "@openclaw/config";
import type { SetupChannelField, SetupHost } from "@openclaw/setup/onboarding";
import { localChannels } from "../channels/local-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** What people are asked for when they set up a channel; the names are those of the flags of `channels add`. */
const fields: Readonly<Record<string, readonly SetupChannelField[]>> = {
  telegram: [{ name: "token", message: "Enter Telegram bot token", secret: true }],
  discord: [{ name: "token", message: "Enter Discord bot token", secret: true }],
  slack: [
    { name: "botToken", message: "Enter Slack bot token (xoxb-...)", secret: true },
    { name: "appToken", message: "Enter Slack app token (xapp-...)", secret: true },
  ],
};

/** Channels for the steps of setting up. */
export function setupChannels(context: CommandContext): Pick<SetupHost, "channels" | "channelSection"> {
  const local = localChannels(context);
  return {
    channels: async (config) =>
      context.channels.map(({ meta, env = [] }) => ({
        id: meta.id,
        label: meta.label,
        configured: sectionOf(config, meta.id) !== undefined,
        envVars: env.filter((name) => context.env[name]?.trim()),
        fields: fields[meta.id] ?? [],
        linked: meta.id === "whatsapp",
        docsPath: `/channels/${meta.id}`,
      })),
    async channelSection(config, id, values, useEnv) {
      const channel = await local.load(id);
      const given = { accountId: "default", useEnv, values, env: context.env };
      const problem = channel.accounts?.checkInput?.(given);
      if (problem !== undefined) throw new CliError(problem);
      return { ...sectionOf(config, id), ...channel.accounts?.setup?.(given), enabled: true };
    },
  };
}

function sectionOf(config: OpenClawConfig, id: string): Record<string, unknown> | undefined {
  const section: unknown = config.channels?.[id];
  return typeof section === "object" && section !== null && !Array.isArray(section) ? { ...section } : undefined;
}
