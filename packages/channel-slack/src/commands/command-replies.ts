import type { Delivery } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { buttonBlocks } from "../outbound/message-blocks.ts";

/** What an answer to a command needs; kept with the message, so that it can be answered after a restart too. */
const handleSchema = z.object({
  /** Where Slack takes answers, for half an hour. */
  url: z.string(),
  ephemeral: z.boolean(),
  userId: z.string(),
});

export function commandHandle(value: z.output<typeof handleSchema>): string {
  return JSON.stringify(value);
}

/** `sent`, or where the answer has to go when the command cannot be answered any more. */
export type CommandAnswer = { sent: true } | { sent: false; to: string | undefined };

/**
 * Answers a command where Slack said, so that only the person who used it sees the answer if that is wanted. Half an hour
 * later that person is written to instead.
 */
export async function answerCommand(
  { context }: Pick<Bot, "context">,
  handle: string,
  { text, files, buttons }: { text: string; files: readonly string[]; buttons: Delivery["buttons"] },
): Promise<CommandAnswer> {
  const read = handleSchema.safeParse(parseJson(handle));
  if (!read.success) return { sent: false, to: undefined };
  const instead = { sent: false, to: read.data.ephemeral ? `user:${read.data.userId}` : undefined } as const;
  if (!isResponseUrl(read.data.url, context.account.apiUrl)) return instead;
  const { url, ephemeral, userId } = read.data;
  // Files cannot go this way: they are named.
  const body = [text, ...files].filter((part) => part !== "").join("\n");
  const blocks = buttonBlocks(body, buttons, { onlyFor: userId });
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      text: body,
      ...(blocks === undefined ? {} : { blocks }),
      response_type: ephemeral ? "ephemeral" : "in_channel",
      replace_original: false,
    }),
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(10_000)]),
  });
  void response.body?.cancel();
  if (response.ok) return { sent: true };
  context.log.debug(`Slack takes no answer to the command any more: HTTP ${response.status}`);
  return instead;
}

function isResponseUrl(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin } = new URL(url);
  return origin === "https://hooks.slack.com" || origin === new URL(apiUrl).origin;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
