import type { StatusIssue } from "@openclaw/plugin-sdk";
import { z } from "zod";

const state = z.enum(["enabled", "limited", "disabled"]).optional();
const checkedRow = z.object({
  probe: z
    .object({
      application: z
        .object({ intents: z.object({ messageContent: state, guildMembers: state, presence: state }).optional() })
        .optional(),
    })
    .nullish(),
  audit: z
    .object({
      unresolvedChannels: z.array(z.string()).default([]),
      channels: z
        .array(
          z.object({
            channelId: z.string(),
            ok: z.boolean(),
            missing: z.array(z.string()),
            error: z.string().optional(),
          }),
        )
        .default([]),
    })
    .nullish(),
});

const portal = "Switch it on in the developer portal: your application, Bot, Privileged Gateway Intents.";

/** What is wrong with an account, told from its row in the status. */
export function discordIssues(
  row: Readonly<Record<string, unknown>>,
  wanted: { presence: boolean; guildMembers: boolean },
): StatusIssue[] {
  const read = checkedRow.safeParse(row);
  if (!read.success) return [];
  const intents = read.data.probe?.application?.intents;
  const { unresolvedChannels = [], channels = [] } = read.data.audit ?? {};
  return [
    ...intentIssue("Message Content Intent", intents?.messageContent === "disabled"),
    ...intentIssue("Server Members Intent", wanted.guildMembers && intents?.guildMembers === "disabled"),
    ...intentIssue("Presence Intent", wanted.presence && intents?.presence === "disabled"),
    ...(unresolvedChannels.length === 0
      ? []
      : [
          {
            kind: "config" as const,
            message: `Channels are configured by name, so their permissions cannot be checked: ${unresolvedChannels.join(", ")}`,
            fix: "Use channel ids as keys of channels.discord.guilds.<id>.channels.",
          },
        ]),
    ...channels.flatMap(({ channelId, ok, missing, error }) =>
      ok
        ? []
        : [
            {
              kind: "permissions" as const,
              message: `Channel ${channelId} permission check failed.${missing.length === 0 ? "" : ` missing ${missing.join(", ")}`}${error === undefined ? "" : ` ${error}`}`,
              fix: "Give the bot's role these permissions, or look for overrides of the channel.",
            },
          ],
    ),
  ];
}

function intentIssue(name: string, isMissing: boolean): StatusIssue[] {
  return isMissing
    ? [
        {
          kind: "intent",
          message: `${name} is disabled: Discord does not show the bot what it needs to see.`,
          fix: portal,
        },
      ]
    : [];
}
