import type { ChannelSetup, ChannelSetupInput } from "@openclaw/plugin-sdk";
import { askPlaces, askSecrets, typedEntries } from "@openclaw/plugin-sdk/setup";
import { resolveDiscordAccount } from "../account/discord-account.ts";
import { plainApi } from "../status/plain-api.ts";
import { findPeople, findPlaces, type ListedPlace, typedPlace } from "./find-places.ts";

const help = [
  "1. https://discord.com/developers/applications: New Application, then Bot, then Reset Token.",
  "2. On the same page switch on the Message Content Intent (and Server Members Intent to look people up by name);",
  "   without the first the bot gets messages without their text.",
  "3. OAuth2, URL Generator: scopes bot and applications.commands, permissions View Channels, Send Messages,",
  "   Read Message History. Open the address to invite the bot to your server.",
].join("\n");
const label = "Discord channels";

/** What people are asked when they set up a bot. */
export const discordSetup: ChannelSetup = {
  async ask(input) {
    const before = resolveDiscordAccount(input);
    const answer = await askSecrets(
      {
        label: "Discord token",
        variables: ["DISCORD_BOT_TOKEN"],
        configured: before.tokenSource === "config",
        questions: [{ name: "token", message: "Enter Discord bot token" }],
        help: { title: "Discord bot token", text: help },
      },
      input,
    );
    const token = answer.from === "answers" ? answer.values.token?.replace(/^Bot\s+/i, "") : undefined;
    const withdrawn = answer.from === "env" && input.config.token !== undefined ? { token: null } : {};
    const secret = token === undefined ? withdrawn : { token };
    const account = {
      apiUrl: before.apiUrl,
      token: token ?? (answer.from === "env" ? input.env.DISCORD_BOT_TOKEN?.trim() : before.token),
    };
    return { keys: { ...secret, ...(await askGuilds(input, account)) } };
  },
  direct: {
    policyPath: ["dm", "policy"],
    allowFromPath: ["dm", "allowFrom"],
    async askAllowFrom(input, listed) {
      const { prompter, signal } = input;
      const typed = await prompter.text({
        message: "Discord allowFrom (user ids or names)",
        placeholder: "123456789012345678, @name",
        ...(listed.length === 0 ? {} : { initial: listed.join(", ") }),
        validate: (text) => (typedEntries(text).length === 0 ? "Required" : undefined),
      });
      const entries = typedEntries(typed);
      const bare = entries.map((entry) => /^(?:<@!?|discord:|user:)?(\d+)>?$/i.exec(entry)?.[1] ?? entry);
      if (bare.every((entry) => /^\d+$/.test(entry))) return bare;
      return lookUp(bare, input, "Discord people", async () =>
        findPeople(bare, plainApi(resolveDiscordAccount(input), signal)),
      );
    },
  },
};

type Account = Parameters<typeof plainApi>[0];

async function askGuilds(input: ChannelSetupInput, account: Account): Promise<Record<string, unknown>> {
  const { prompter, config, signal } = input;
  const { settings } = resolveDiscordAccount(input);
  const listed: ListedPlace[] = Object.entries(settings.guilds).flatMap(([guild, { channels }]): ListedPlace[] => {
    const keys = Object.keys(channels);
    return keys.length === 0 ? [{ guild, channel: undefined }] : keys.map((channel) => ({ guild, channel }));
  });
  const { groupPolicy } = config;
  const asked = await askPlaces(
    {
      label,
      policy: groupPolicy === "open" || groupPolicy === "disabled" ? groupPolicy : "allowlist",
      entries: listed.map(({ guild, channel }) => (channel === undefined ? guild : `${guild}/${channel}`)),
      placeholder: "My Server/#general, guildId/channelId, #support",
    },
    prompter,
  );
  if (asked === undefined) return {};
  if (asked.policy !== "allowlist") return { groupPolicy: asked.policy };
  const wanted = await resolvePlaces(asked.entries, input, () => findPlaces(asked.entries, plainApi(account, signal)));
  const guilds: Record<string, Record<string, unknown> | null> = {};
  for (const { guild, channel } of listed) {
    if (wanted.some((each) => each.guild === guild && each.channel === channel)) continue;
    if (!wanted.some((each) => each.guild === guild)) guilds[guild] = null;
    else if (channel !== undefined) addChannel(guilds, guild, { [channel]: null });
  }
  for (const { guild, channel } of wanted) {
    if (channel === undefined) guilds[guild] ??= {};
    else addChannel(guilds, guild, { [channel]: { allow: true } });
  }
  return { groupPolicy: "allowlist", ...(Object.keys(guilds).length === 0 ? {} : { guilds }) };
}

function addChannel(guilds: Record<string, Record<string, unknown> | null>, guild: string, entry: object): void {
  const before = guilds[guild] ?? {};
  guilds[guild] = { ...before, channels: { ...(before.channels as object | undefined), ...entry } };
}

/** What the entries mean; told, and as it was typed where Discord does not say. */
async function resolvePlaces(
  entries: readonly string[],
  { prompter }: ChannelSetupInput,
  find: () => Promise<(ListedPlace & { name?: string })[]>,
): Promise<ListedPlace[]> {
  if (entries.length === 0) return [];
  const progress = prompter.progress("Looking the channels up…");
  let found: (ListedPlace & { name?: string })[];
  try {
    found = await find();
  } catch (error) {
    progress.stop();
    await prompter.note(
      `Channel lookup failed; keeping entries as typed. ${error instanceof Error ? error.message : String(error)}`,
      label,
    );
    return entries.map(typedPlace);
  }
  progress.stop();
  const known = entries.flatMap((entry, at) => {
    const place = found[at];
    return place?.name === undefined ? [] : [`${entry} → ${place.name} (${place.channel ?? place.guild})`];
  });
  const unknown = entries.filter((_entry, at) => found[at]?.name === undefined);
  await prompter.note(
    [...known, ...(unknown.length === 0 ? [] : [`Not found, kept as typed: ${unknown.join(", ")}`])].join("\n"),
    label,
  );
  return found;
}

/** Ids for names; as they were typed where Discord does not say. */
async function lookUp(
  entries: readonly string[],
  { prompter }: ChannelSetupInput,
  title: string,
  find: () => Promise<(string | undefined)[]>,
): Promise<string[]> {
  try {
    const found = await find();
    const unknown = entries.filter((_entry, at) => found[at] === undefined);
    if (unknown.length > 0) await prompter.note(`Not found, kept as typed: ${unknown.join(", ")}`, title);
    return entries.map((entry, at) => found[at] ?? entry);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await prompter.note(`Lookup failed; keeping entries as typed. ${reason}`, title);
    return [...entries];
  }
}
