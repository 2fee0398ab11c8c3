import { ActivityType, PresenceUpdateStatus } from "discord-api-types/v10";
import { z } from "zod";
import { type ActionCall, readParams } from "./params.ts";

const activityTypes = {
  playing: ActivityType.Playing,
  streaming: ActivityType.Streaming,
  listening: ActivityType.Listening,
  watching: ActivityType.Watching,
  custom: ActivityType.Custom,
  competing: ActivityType.Competing,
} as const;

const statuses = {
  online: PresenceUpdateStatus.Online,
  idle: PresenceUpdateStatus.Idle,
  dnd: PresenceUpdateStatus.DoNotDisturb,
  invisible: PresenceUpdateStatus.Invisible,
} as const;

const params = z.object({
  activityType: z.enum(["playing", "streaming", "listening", "watching", "custom", "competing"]).default("playing"),
  activityName: z.string().optional(),
  activityState: z.string().optional(),
  activityUrl: z.url().optional(),
  status: z.enum(["online", "idle", "dnd", "invisible"]).default("online"),
});

/** Shows the bot as doing something, or as away. */
export async function setPresence(call: ActionCall): Promise<unknown> {
  const { activityType, activityName, activityState, activityUrl, status } = readParams(call, params);
  // A custom status shows its state; its name is the same for everybody.
  const isCustom = activityType === "custom";
  const name = isCustom ? "Custom Status" : activityName;
  const state = activityState ?? (isCustom ? activityName : undefined);
  const activities =
    activityName === undefined && activityState === undefined
      ? []
      : [
          {
            name: name ?? activityState ?? "",
            type: activityTypes[activityType],
            ...(state === undefined ? {} : { state }),
            ...(activityUrl === undefined ? {} : { url: activityUrl }),
          },
        ];
  await call.bot.link().setPresence({ since: null, afk: false, status: statuses[status], activities });
  return { ok: true, status, activities };
}
