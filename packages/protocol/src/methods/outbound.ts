import { z } from "zod";
import { method } from "../contract.ts";
import { anything, flag, integer, nonEmpty, open, text, texts } from "../fields.ts";
import { once } from "../once.ts";

const sent = once(() =>
  open({
    runId: nonEmpty(),
    messageId: text(),
    channel: nonEmpty(),
    chatId: text().optional(),
    channelId: text().optional(),
    toJid: text().optional(),
    conversationId: text().optional(),
  }),
);

export const outboundMethods = {
  send: method("send", {
    scope: "operator.write",
    params: () =>
      z.strictObject({
        to: nonEmpty(),
        message: nonEmpty(),
        mediaUrl: text().optional(),
        mediaUrls: texts().optional(),
        gifPlayback: flag().optional(),
        channel: text().default("whatsapp"),
        accountId: text().optional(),
        sessionKey: text().optional(),
        idempotencyKey: nonEmpty(),
      }),
    v4Params: (v3) =>
      v3.extend({
        message: text().optional(),
        buffer: text().optional(),
        filename: text().optional(),
        contentType: text().optional(),
        asVoice: flag().optional(),
        replyToId: text().optional(),
        threadId: anything().optional(),
        forceDocument: flag().optional(),
        silent: flag().optional(),
        parseMode: text().optional(),
        agentId: nonEmpty().optional(),
      }),
    result: sent,
  }),
  /** Anything the `message` tool can do. */
  "message.action": method("message.action", {
    scope: "operator.write",
    advertised: false,
    params: () =>
      z.strictObject({
        action: nonEmpty(),
        channel: text().optional(),
        accountId: text().optional(),
        params: z.record(z.string(), z.unknown()).default({}),
        dryRun: flag().default(false),
        idempotencyKey: nonEmpty(),
      }),
    result: () =>
      open({
        action: nonEmpty(),
        channel: nonEmpty(),
        accountId: text(),
        dryRun: flag(),
        handledBy: text(),
        payload: z.record(z.string(), z.unknown()),
      }),
  }),
  poll: method("poll", {
    scope: { v3: "operator.admin", v4: "operator.write" },
    advertised: false,
    params: () =>
      z.strictObject({
        to: nonEmpty(),
        question: nonEmpty(),
        options: z.array(nonEmpty()).min(2).max(12),
        maxSelections: integer(1, 12).default(1),
        durationHours: integer(1).optional(),
        channel: text().default("whatsapp"),
        accountId: text().optional(),
        idempotencyKey: nonEmpty(),
      }),
    v4Params: (v3) =>
      v3.extend({
        durationSeconds: integer(1).optional(),
        silent: flag().optional(),
        isAnonymous: flag().optional(),
        threadId: anything().optional(),
      }),
    result: () => sent().extend({ pollId: text().optional() }),
  }),
};
