import { MessageFlags } from "discord-api-types/v10";
import { z } from "zod";
import type { ApiRequest, DiscordApi } from "../connection/discord-api.ts";
import { DiscordRefusal, discordCodes } from "../connection/discord-error.ts";
import { createBoundedMap } from "../places/bounded-map.ts";

/** What an answer to a command needs; kept with the message, so that it can be answered after a restart too. */
const handle = z.object({
  /** The interaction's token, good for a quarter of an hour. */
  token: z.string(),
  userId: z.string(),
  /** Discord shows that an answer is being written, in a message that the first answer replaces. */
  waits: z.boolean(),
});
type Handle = z.output<typeof handle>;

export function replyHandle(value: Handle): string {
  return JSON.stringify(value);
}

/** Answers to commands: only the person who used one sees them. */
export interface InteractionReplies {
  /**
   * Sends an answer. `sent` is the message; `instead` where it has to go when the interaction has run out.
   * Undefined for a handle that is none of ours.
   */
  answer(
    replyHandle: string,
    request: Pick<ApiRequest, "body" | "files">,
  ): Promise<{ sent: unknown; instead?: undefined } | { sent?: undefined; instead: { to: string } } | undefined>;
}

export function createInteractionReplies(api: Pick<DiscordApi, "call">, applicationId: string): InteractionReplies {
  const answered = createBoundedMap<true>(1000);

  return {
    async answer(text, { body, files }) {
      const read = handle.safeParse(parseJson(text));
      if (!read.success) return undefined;
      const { token, userId, waits } = read.data;
      const first = waits && answered.get(token) === undefined;
      const route = `/webhooks/${applicationId}/${token}` as const;
      const { message_reference: _none, flags = 0, ...rest } = asRecord(body);
      // The buttons of what the first answer replaces go with it.
      const own = { ...(first ? { components: [] } : {}), ...rest, flags: Number(flags) | MessageFlags.Ephemeral };
      const request = { body: own, auth: false, ...(files === undefined ? {} : { files }) };
      try {
        const sent = first
          ? await api.call("PATCH", `${route}/messages/@original`, request)
          : await api.call("POST", route, request);
        answered.set(token, true);
        return { sent };
      } catch (error) {
        if (isOver(error)) return { instead: { to: `user:${userId}` } };
        throw error;
      }
    },
  };
}

function isOver(error: unknown): boolean {
  return (
    error instanceof DiscordRefusal &&
    (error.status === 401 ||
      error.discordCode === discordCodes.unknownWebhook ||
      error.discordCode === discordCodes.unknownMessage ||
      error.discordCode === discordCodes.invalidWebhookToken)
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? { ...body } : {};
}
