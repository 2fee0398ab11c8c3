import { z } from "zod";
import { anything, count, flag, open, text, timestamp } from "./fields.ts";
import { once } from "./once.ts";
import { messageUsage } from "./usage.ts";

/** One part of a message's content. */
export const contentPart = once(() =>
  z.discriminatedUnion("type", [
    open({ type: z.literal("text"), text: text() }),
    open({ type: z.literal("thinking"), thinking: text() }),
    open({ type: z.literal("toolCall"), id: text(), name: text(), arguments: anything() }),
    open({
      type: z.literal("image"),
      mimeType: text().optional(),
      /** Base64; left out of long histories, then `omitted` is true and `bytes` says how much. */
      data: text().optional(),
      bytes: count().optional(),
      omitted: flag().optional(),
    }),
  ]),
);
export type ContentPart = z.output<ReturnType<typeof contentPart>>;

/** A message of `chat.history` and of `chat` events. */
export const chatMessage = once(() =>
  open({
    role: z.enum(["user", "assistant", "toolResult", "system"]),
    // Version 4 may send a user's text as a plain string.
    content: z.union([z.array(contentPart()), z.string()]),
    timestamp: timestamp().optional(),
    provider: text().optional(),
    model: text().optional(),
    api: text().optional(),
    usage: messageUsage().optional(),
    stopReason: text().optional(),
    errorMessage: text().optional(),
    toolCallId: text().optional(),
    /** What a tool says of its result beside the content. */
    details: anything().optional(),
    toolName: text().optional(),
    isError: flag().optional(),
    /** What the Gateway adds: `{kind:"compaction", id}` on compaction markers, ids and positions on version 4. */
    __openclaw: open({
      kind: text().optional(),
      id: text().optional(),
      /** What was spoken of an answer: paths of the Gateway that need no further proof. */
      sounds: z.array(open({ url: text(), mimeType: text() })).optional(),
      /** Its other files: pictures, and what can be downloaded; paths of the Gateway, or addresses of the web. */
      files: z.array(open({ url: text(), mimeType: text(), name: text().optional() })).optional(),
    }).optional(),
  }),
);
export type ChatMessage = z.output<ReturnType<typeof chatMessage>>;
