import { ChannelError, type Delivery, type SendResult } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { defined } from "./defined.ts";
import type { ForeignPart } from "./foreign-parts.ts";
import { recordOf } from "./section-settings.ts";

const sent = z.object({
  messageId: z.coerce.string().optional().catch(undefined),
  chatId: z.coerce.string().optional().catch(undefined),
});

/** Sends by the adapters of a channel of the reference release. @throws ChannelError `unsupported` for what it has no way to send */
export async function sendForeign(
  delivery: Delivery,
  {
    id,
    part,
    cfg,
    accountId,
  }: {
    id: string;
    part(name: string): ForeignPart;
    cfg: Readonly<Record<string, unknown>>;
    accountId: string;
  },
): Promise<SendResult> {
  const outbound = part("outbound");
  const { to, threadId, replyTo, text = "", mediaUrls = [], gifPlayback, poll, channelData } = delivery;
  const place = { cfg, to, accountId, threadId, replyToId: replyTo };
  const refuse = (what: string) => new ChannelError("unsupported", `channel ${id} does not ${what}`);

  if (poll !== undefined) {
    if (!outbound.has("sendPoll")) throw refuse("send polls");
    return resultOf(await outbound.call("sendPoll", { ...place, poll }));
  }
  if (delivery.card !== undefined || delivery.buttons !== undefined) {
    const byAction = await sendByAction(delivery, { part, cfg, accountId });
    if (byAction !== undefined) return byAction;
    // Buttons are offered beside what is said; without them the words still go out.
    if (delivery.card !== undefined) throw refuse("show cards");
  }
  if (channelData !== undefined && outbound.has("sendPayload")) {
    const payload = defined({ text, mediaUrl: mediaUrls[0], mediaUrls, replyToId: replyTo, channelData });
    return resultOf(await outbound.call("sendPayload", { ...place, text, mediaUrl: mediaUrls[0], payload }));
  }
  if (!outbound.has("sendText")) throw new ChannelError("unsupported", `Outbound not configured for channel: ${id}`);
  if (mediaUrls.length === 0) return resultOf(await outbound.call("sendText", { ...place, text }));
  if (!outbound.has("sendMedia")) throw refuse("send files");
  const results: SendResult[] = [];
  for (const [index, mediaUrl] of mediaUrls.entries()) {
    const caption = index === 0 ? text : "";
    results.push(resultOf(await outbound.call("sendMedia", { ...place, text: caption, mediaUrl, gifPlayback })));
  }
  return results.at(-1) ?? {};
}

/** Cards and buttons are an action of the channel, where it has one for them; undefined where it has not. */
async function sendByAction(
  { to, threadId, replyTo, text = "", mediaUrls, card, buttons }: Delivery,
  { part, cfg, accountId }: Pick<Parameters<typeof sendForeign>[1], "part" | "cfg" | "accountId">,
): Promise<SendResult | undefined> {
  const actions = part("actions");
  const listed = actions.call("listActions", { cfg });
  const offers = (member: string) => !actions.has(member) || actions.call(member, { cfg }) === true;
  const shows = card === undefined ? offers("supportsButtons") : offers("supportsCards");
  if (!actions.has("handleAction") || !Array.isArray(listed) || !listed.includes("send") || !shows) return undefined;
  const rows = buttons?.map((row) => row.map((button) => ({ text: button.text, callback_data: button.data })));
  const params = defined({ to, message: text, media: mediaUrls?.[0], threadId, replyTo, card, buttons: rows });
  const answer = recordOf(await actions.call("handleAction", { action: "send", cfg, params, accountId }));
  return resultOf(recordOf(answer?.details) ?? {});
}

function resultOf(answer: unknown): SendResult {
  return defined(sent.catch({ messageId: undefined, chatId: undefined }).parse(recordOf(answer) ?? {}));
}
