import { GatewayIntentBits } from "discord-api-types/v10";

/** What the bot asks Discord to be told of. */
export function intentsFor(wanted: { presence: boolean; guildMembers: boolean }): number {
  return (
    GatewayIntentBits.Guilds |
    GatewayIntentBits.GuildMessages |
    GatewayIntentBits.MessageContent |
    GatewayIntentBits.DirectMessages |
    GatewayIntentBits.GuildMessageReactions |
    GatewayIntentBits.DirectMessageReactions |
    (wanted.presence ? GatewayIntentBits.GuildPresences : 0) |
    (wanted.guildMembers ? GatewayIntentBits.GuildMembers : 0)
  );
}

const privileged = [
  [GatewayIntentBits.MessageContent, "Message Content Intent"],
  [GatewayIntentBits.GuildMembers, "Server Members Intent"],
  [GatewayIntentBits.GuildPresences, "Presence Intent"],
] as const;

/** Those among some intents that have to be switched on in the developer portal, by their names there. */
export function privilegedIntents(intents: number): string[] {
  return privileged.flatMap(([bit, name]) => (intents & bit ? [name] : []));
}
