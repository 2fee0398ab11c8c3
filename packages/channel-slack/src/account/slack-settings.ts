import { z } from "zod";

const ids = z.array(z.union([z.string(), z.number()]));
const replyMode = z.enum(["off", "first", "all"]);

const settingsSchema = z.object({
  mode: z.enum(["socket", "http"]).default("socket"),
  webhookPath: z.string().default("/slack/events"),
  userTokenReadOnly: z.boolean().default(true),
  chunkMode: z.enum(["length", "newline"]).default("length"),
  markdown: z.object({ tables: z.enum(["off", "bullets", "code"]).default("code") }).prefault({}),
  mediaMaxMb: z.number().positive().default(20),
  reactionNotifications: z.enum(["off", "own", "all", "allowlist"]).default("own"),
  reactionAllowlist: ids.default([]),
  replyToMode: replyMode.optional(),
  replyToModeByChatType: z
    .object({ direct: replyMode.optional(), group: replyMode.optional(), channel: replyMode.optional() })
    .default({}),
  actions: z.record(z.string(), z.boolean().optional()).default({}),
  commands: z.object({ native: z.union([z.boolean(), z.literal("auto")]).default("auto") }).prefault({}),
  slashCommand: z
    .object({
      enabled: z.boolean().default(false),
      name: z.string().default("openclaw"),
      /** Session of what is asked with the single command, one per person below it. */
      sessionPrefix: z.string().default("slack:slash"),
      ephemeral: z.boolean().default(true),
    })
    .prefault({}),
  thread: z
    .object({
      historyScope: z.enum(["thread", "channel"]).default("thread"),
      inheritParent: z.boolean().default(false),
    })
    .prefault({}),
  allowFrom: ids.default([]),
  dm: z
    .object({ allowFrom: ids.default([]), groupChannels: ids.default([]), replyToMode: replyMode.optional() })
    .prefault({}),
  channels: z.record(z.string(), z.object({ users: ids.optional() }).optional()).default({}),
});

/** An account's section of the configuration as this channel uses it, with its defaults. */
export type SlackSettings = z.output<typeof settingsSchema>;

/**
 * Reads an account's merged section.
 * @throws Error naming the key, for a value that has another type
 */
export function readSettings(config: Readonly<Record<string, unknown>>): SlackSettings {
  const read = settingsSchema.safeParse(config);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`channels.slack.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  const path = read.data.webhookPath.trim();
  return { ...read.data, webhookPath: path.startsWith("/") ? path : `/${path}` };
}

/** Whether answers name the message they belong to, that is, go into a thread below it. */
export function replyModeFor(
  settings: Pick<SlackSettings, "replyToMode" | "replyToModeByChatType" | "dm">,
  kind: "direct" | "group" | "channel",
): "off" | "first" | "all" {
  const older = kind === "direct" ? settings.dm.replyToMode : undefined;
  return settings.replyToModeByChatType[kind] ?? older ?? settings.replyToMode ?? "off";
}
