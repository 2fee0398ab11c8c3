import { z } from "zod";
import { method } from "../contract.ts";
import { count, done, flag, nonEmpty, open, text } from "../fields.ts";
import { once } from "../once.ts";

const request = once(() => ({ channel: nonEmpty(), accountId: nonEmpty().optional(), requestId: nonEmpty() }));

/** People who ask to be let in on chat channels. */
export const chatPairingMethods = {
  "channels.pairing.list": method("channels.pairing.list", {
    scope: "operator.pairing",
    only: 4,
    params: () => z.object({ channel: nonEmpty().optional(), accountId: nonEmpty().optional() }),
    result: () =>
      open({
        accounts: z.array(open({ channel: nonEmpty(), accountId: nonEmpty() })),
        requests: z.array(
          open({
            channel: nonEmpty(),
            accountId: nonEmpty(),
            requestId: nonEmpty(),
            senderId: nonEmpty(),
            /** ISO time. */
            createdAt: text(),
            lastSeenAt: text().optional(),
            meta: z.record(z.string(), z.string()).optional(),
          }),
        ),
        commandOwnerConfigured: flag(),
        limits: open({ pendingPerAccount: count(), ttlMs: count() }),
      }),
  }),
  "channels.pairing.approve": method("channels.pairing.approve", {
    scope: "operator.pairing",
    only: 4,
    params: () => z.strictObject({ ...request(), notify: flag().optional() }),
    result: () => done().extend({ channel: nonEmpty(), requestId: nonEmpty(), senderId: nonEmpty() }),
  }),
  "channels.pairing.dismiss": method("channels.pairing.dismiss", {
    scope: "operator.pairing",
    only: 4,
    params: () => z.strictObject(request()),
    result: () => done().extend({ channel: nonEmpty(), requestId: nonEmpty(), senderId: nonEmpty() }),
  }),
};
