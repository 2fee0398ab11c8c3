import { wireChannel } from "../inbound/wire.ts";
import type { Bot } from "../running/bot.ts";
import { readPlace } from "../targets/parse-target.ts";

/** The channel a delivery goes to. A private chat is opened when it has not been yet; a thread is a channel of its own. */
export async function channelFor(
  bot: Pick<Bot, "api" | "directChannels">,
  place: { to: string; threadId?: string | undefined },
): Promise<string> {
  if (place.threadId !== undefined) return place.threadId;
  const { kind, id } = readPlace(place.to);
  if (kind === "channel") return id;
  const known = bot.directChannels.get(id);
  if (known !== undefined) return known;
  const opened = wireChannel.parse(await bot.api.call("POST", "/users/@me/channels", { body: { recipient_id: id } }));
  bot.directChannels.set(id, opened.id);
  return opened.id;
}
