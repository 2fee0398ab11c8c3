import { isAccountEnabled } from "@openclaw/plugin-sdk";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsListFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { localUsage } from "../usage/local-usage.ts";

/** `channels list`: the accounts the configuration has, and what is left of the subscriptions models are paid with. */
export async function run(
  { flags }: CommandInput<typeof channelsListFlags>,
  given: CommandContext,
): Promise<undefined> {
  const context = await withPluginChannels(given);
  const { config } = await context.config();
  const local = localChannels(context);
  const rows: { id: string; label: string; accountId: string; state: string; enabled: boolean }[] = [];
  for (const entry of context.channels) {
    const { id, label } = entry.meta;
    const byEnv = (entry.env ?? []).some((name) => (context.env[name] ?? "").trim() !== "");
    if (config.channels?.[id] === undefined && !byEnv) continue;
    const channel = await entry.load();
    const input = local.input(channel, config);
    for (const accountId of local.accounts(channel, config).ids) {
      const account = channel.accounts?.resolve(local.account(channel, config, accountId));
      const configured = (await channel.accounts?.isConfigured?.(account)) !== false;
      // Where a device is linked there may be nothing to configure.
      const state = configured ? "configured" : channel.login ? "not linked" : "not configured";
      rows.push({ id, label, accountId, state, enabled: isAccountEnabled(input.section, accountId) });
    }
  }
  const chat = Object.fromEntries(
    [...Map.groupBy(rows, ({ id }) => id)].map(([id, all]) => [id, all.map((row) => row.accountId)]),
  );
  const auth = Object.entries(config.auth?.profiles ?? {}).map(([id, profile]) => ({
    id,
    provider: profile.provider,
    type: profile.mode,
    isExternal: false,
  }));
  const usage = flags["no-usage"] ? undefined : await localUsage(context);
  if (flags.json) {
    context.printJson({ chat, auth, ...(usage && { usage }) });
    return undefined;
  }
  context.print(context.style.heading("Chat channels:"));
  for (const { label, accountId, state, enabled } of rows) {
    context.print(`- ${label} ${accountId}: ${state}, ${enabled ? "enabled" : "disabled"}`);
  }
  if (rows.length === 0) context.print("- none");
  context.print(context.style.heading("Auth providers (OAuth + API keys):"));
  for (const { id, provider, type } of auth) context.print(`- ${id} (${provider}/${type})`);
  if (auth.length === 0) context.print("- none");
  if (usage) {
    const { usageReport } = await import("@openclaw/models");
    for (const line of usageReport(usage.providers, context.now())) context.print(line);
  }
  context.print(`Docs: ${context.style.link("https://docs.openclaw.ai/gateway/configuration")}`);
}
