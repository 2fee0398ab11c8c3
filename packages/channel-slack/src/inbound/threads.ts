import { z } from "zod";
import type { SlackApi } from "../connection/slack-api.ts";
import { createBoundedMap } from "../text/bounded-map.ts";
import { type WireMessage, wireMessage } from "./wire.ts";

const messages = z.object({ messages: z.array(wireMessage).default([]) });

/** What threads are about. */
export interface Threads {
  /** The message a thread hangs on; asked for once. */
  starter(channelId: string, threadTs: string): Promise<WireMessage | undefined>;
  /** The thread of an answer that does not say which it stands in. */
  threadOf(channelId: string, ts: string): Promise<string | undefined>;
}

export function createThreads(api: Pick<SlackApi, "lookUp">): Threads {
  const starters = createBoundedMap<Promise<WireMessage | undefined>>(1000);
  return {
    starter(channelId, threadTs) {
      const key = `${channelId}:${threadTs}`;
      const known = starters.get(key);
      if (known !== undefined) return known;
      const asked = api
        .lookUp(messages, "conversations.replies", { channel: channelId, ts: threadTs, limit: 1, inclusive: true })
        .then((answer) => answer?.messages[0]);
      starters.set(key, asked);
      void asked.then((found) => {
        if (found === undefined) starters.delete(key);
      });
      return asked;
    },
    async threadOf(channelId, ts) {
      const answer = await api.lookUp(messages, "conversations.history", {
        channel: channelId,
        latest: ts,
        oldest: ts,
        inclusive: true,
        limit: 1,
      });
      return answer?.messages.find((message) => message.ts === ts)?.thread_ts;
    },
  };
}
