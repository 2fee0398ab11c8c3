import { type ChannelAction, ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { channelFor } from "../outbound/direct-channel.ts";
import type { Bot } from "../running/bot.ts";

/** An action with the account it is done on. */
export interface ActionCall {
  bot: Bot;
  action: ChannelAction;
}

export type ActionTable = Partial<Record<ChannelAction["action"], (call: ActionCall) => Promise<unknown>>>;

/** An id as somebody wrote it: bare, with `user:`, `channel:` or `role:` before it, or as a mention. */
export const idParam = z
  .union([z.string(), z.number()])
  .transform((raw) =>
    String(raw)
      .trim()
      .replace(/^<(?:@[!&]?|#)(\d+)>$/, "$1")
      .replace(/^(?:discord:)?(?:user|channel|role|guild):/i, ""),
  )
  .refine((id) => /^\d+$/.test(id), "is not a Discord id");

export const textParam = z.string().trim().min(1, "is empty");
/** Numbers come as text from the command line. */
export const numberParam = z.coerce.number();
export const flagParam = z.union([z.boolean(), z.stringbool()]);
/** One or several, as a list or divided by commas. */
export const idsParam = z.preprocess(
  (raw) => (typeof raw === "string" ? raw.split(",").filter((part) => part.trim() !== "") : raw),
  z.array(idParam),
);

/**
 * Reads the parameters of an action.
 * @throws ChannelError that names what is missing or wrong
 */
export function readParams<T>({ action }: ActionCall, shape: z.ZodType<T>): T {
  const read = shape.safeParse(action.params);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => {
    const name = path.join(".") || "parameters";
    return at(action.params, path) === undefined ? `${name} required` : `${name} ${message}`;
  });
  throw new ChannelError("refused", `Discord ${action.action}: ${[...new Set(problems)].join("; ")}`);
}

/** The channel an action is about: the chat it was resolved to, else `channelId`. */
export async function channelOf(call: ActionCall): Promise<string> {
  const { bot, action } = call;
  if (action.chat !== undefined) return channelFor(bot, action.chat);
  return readParams(call, z.object({ channelId: idParam })).channelId;
}

/** The guild an action is about: `guildId`, else the guild of the chat. */
export async function guildOf(call: ActionCall): Promise<string> {
  const { guildId } = readParams(call, z.object({ guildId: idParam.optional() }));
  if (guildId !== undefined) return guildId;
  const { bot, action } = call;
  const place = action.chat === undefined ? undefined : await bot.places.find(await channelFor(bot, action.chat));
  if (place?.guildId !== undefined) return place.guildId;
  throw new ChannelError("refused", `Discord ${action.action}: guildId required`);
}

/** The message an action is about. */
export function messageOf(call: ActionCall): string {
  return readParams(call, z.object({ messageId: idParam })).messageId;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
