import type { ChannelLog } from "@openclaw/plugin-sdk";
import { findGuild } from "../access/find-guild.ts";
import type { DiscordSettings } from "../account/discord-account.ts";
import { slug } from "../text/slug.ts";
import type { Places } from "./places.ts";

/** Says what the names in `guilds` mean in a guild, and which of them mean nothing there. */
export function logConfiguredChannels(
  guild: { id: string; name: string },
  settings: Pick<DiscordSettings, "guilds">,
  places: Pick<Places, "channelsOf">,
  log: ChannelLog,
): void {
  const found = findGuild(settings.guilds, guild);
  if (found === undefined || found.source === "wildcard") return;
  const names = Object.keys(found.entry.channels).filter((key) => key !== "*" && !/^\d+$/.test(key));
  if (names.length === 0) return;
  const known = places.channelsOf(guild.id);
  const mapped = names.map(
    (name) => [name, known.find((channel) => slug(channel.name ?? "") === slug(name))?.id] as const,
  );
  const hits = mapped.flatMap(([name, id]) => (id === undefined ? [] : [`${name} → ${id}`]));
  const missing = mapped.flatMap(([name, id]) => (id === undefined ? [name] : []));
  if (hits.length > 0) log.info(`discord channels of ${guild.name}: ${hits.join(", ")}`);
  if (missing.length > 0) log.warn(`discord channels not found in ${guild.name}: ${missing.join(", ")}`);
}
