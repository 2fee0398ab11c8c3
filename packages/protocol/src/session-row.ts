import { z } from "zod";
import { count, flag, open, text, timestamp } from "./fields.ts";
import { once } from "./once.ts";

const deliveryContext = once(() =>
  open({
    channel: text().optional(),
    to: text().optional(),
    accountId: text().optional(),
    threadId: z.union([text(), count()]).optional(),
  }),
);

/** Where a session came from. */
const origin = once(() =>
  open({
    label: text().optional(),
    provider: text().optional(),
    surface: text().optional(),
    chatType: text().optional(),
    from: text().optional(),
    to: text().optional(),
    accountId: text().optional(),
    threadId: z.union([text(), count()]).optional(),
  }),
);

/** One session in `sessions.list`. */
export const sessionRow = once(() =>
  open({
    key: text(),
    kind: z.enum(["direct", "group", "global", "unknown"]),
    label: text().optional(),
    displayName: text().optional(),
    derivedTitle: text().optional(),
    lastMessagePreview: text().optional(),
    channel: text().optional(),
    subject: text().optional(),
    groupChannel: text().optional(),
    space: text().optional(),
    chatType: text().optional(),
    origin: origin().optional(),
    updatedAt: timestamp().nullable(),
    sessionId: text().optional(),
    systemSent: flag().optional(),
    abortedLastRun: flag().optional(),
    thinkingLevel: text().optional(),
    verboseLevel: text().optional(),
    reasoningLevel: text().optional(),
    elevatedLevel: text().optional(),
    sendPolicy: z.enum(["allow", "deny"]).optional(),
    inputTokens: count().optional(),
    outputTokens: count().optional(),
    totalTokens: count().optional(),
    responseUsage: text().optional(),
    modelProvider: text().optional(),
    model: text().optional(),
    contextTokens: count().optional(),
    deliveryContext: deliveryContext().optional(),
    lastChannel: text().optional(),
    lastTo: text().optional(),
    lastAccountId: text().optional(),
    /** Only where the user has put the session in order. */
    icon: text().optional(),
    color: text().optional(),
    category: text().optional(),
    archived: flag().optional(),
    pinned: flag().optional(),
    unread: flag().optional(),
    statusNote: text().optional(),
  }),
);
export type SessionRow = z.output<ReturnType<typeof sessionRow>>;

/** The stored entry of a session, as `sessions.patch` and `sessions.reset` return it: what is stored, as it is. */
export const sessionEntry = once(() =>
  z.looseObject({
    sessionId: text(),
    updatedAt: timestamp(),
    label: text().optional(),
  }),
);
export type WireSessionEntry = z.output<ReturnType<typeof sessionEntry>>;

/** The model a session uses once all defaults are applied. */
export const resolvedModel = once(() => open({ modelProvider: text().optional(), model: text().optional() }));
