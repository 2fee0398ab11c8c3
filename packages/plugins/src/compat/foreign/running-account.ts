import {
  type ChannelContext,
  ChannelError,
  type Delivery,
  type DirectoryEntry,
  type DirectoryQuery,
  type RunningAccount,
  type SendResult,
} from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { ReplyReceiver } from "./channel-services.ts";
import type { ForeignPart } from "./foreign-parts.ts";
import { recordOf } from "./section-settings.ts";

/** What an account of a channel of the reference release needs of its surroundings. */
export interface ForeignAccountOptions {
  id: string;
  part(name: string): ForeignPart;
  config(): Readonly<Record<string, unknown>>;
  /** Those who wait for the replies to a message, by the handle the message was given. */
  receiver(handle: string): ReplyReceiver | undefined;
  /** Those who wait for replies in a chat. */
  receiversIn(place: { channel: string; accountId: string; to: string }): readonly ReplyReceiver[];
}

const sent = z.object({
  messageId: z.coerce.string().optional().catch(undefined),
  chatId: z.coerce.string().optional().catch(undefined),
});
const state = z.object({
  connected: z.boolean().optional().catch(undefined),
  linked: z.boolean().optional().catch(undefined),
  reconnectAttempts: z.number().optional().catch(undefined),
  lastConnectedAt: z.number().optional().catch(undefined),
  lastEventAt: z.number().optional().catch(undefined),
  lastError: z.string().nullable().optional().catch(undefined),
  mode: z.string().optional().catch(undefined),
});
const entry = z.object({
  kind: z.enum(["user", "group", "channel"]),
  id: z.string(),
  name: z.string().optional().catch(undefined),
  handle: z.string().optional().catch(undefined),
  rank: z.number().optional().catch(undefined),
});
const resolved = z.object({
  resolved: z.boolean(),
  id: z.string().optional(),
  name: z.string().optional(),
  note: z.string().optional(),
});
const stoppable = z.custom<{ stop(): unknown }>((value) => typeof recordOf(value)?.stop === "function");

/** Starts an account and gives it the shape the host knows. */
export function startForeignAccount(context: ChannelContext, options: ForeignAccountOptions): RunningAccount {
  const { id, part, config } = options;
  const { accountId, account, log } = context;
  const gateway = part("gateway");
  const outbound = part("outbound");
  // The host's signal, and one of our own for an account that is stopped because it ended.
  const ending = new AbortController();
  const abortSignal = AbortSignal.any([context.signal, ending.signal]);
  const runtime = {
    log: (...words: unknown[]) => log.info(words.map(String).join(" ")),
    error: (...words: unknown[]) => log.error(words.map(String).join(" ")),
    exit: (code: number) => {
      throw new Error(`channel ${id} wants to end the process with code ${code}`);
    },
  };
  let status: Record<string, unknown> = { accountId, running: true, lastError: null };
  const running = {
    cfg: config(),
    accountId,
    account,
    runtime,
    abortSignal,
    log,
    getStatus: () => status,
    setStatus(next: Record<string, unknown>) {
      status = { ...status, ...next };
      context.report(defined(state.parse(status)));
    },
  };

  let stopHandle: { stop(): unknown } | undefined;
  const work = (async () => {
    const ended = await gateway.call("startAccount", running);
    const handle = stoppable.safeParse(ended);
    // Some begin to listen and give back how to stop it; the account goes on until then.
    if (!gateway.has("startAccount") || handle.success) {
      stopHandle = handle.data;
      await aborted(abortSignal);
    }
  })();
  work.catch(() => {}); // `closed` tells of it

  const sendParts = async (delivery: Delivery): Promise<SendResult> => {
    const { to, threadId, replyTo, text = "", mediaUrls = [], gifPlayback, poll } = delivery;
    const cfg = config();
    const place = { cfg, to, accountId, threadId, replyToId: replyTo };
    if (poll !== undefined) {
      if (!outbound.has("sendPoll")) throw new ChannelError("unsupported", `channel ${id} does not send polls`);
      return resultOf(await outbound.call("sendPoll", { ...place, poll }));
    }
    if (!outbound.has("sendText")) throw new ChannelError("unsupported", `Outbound not configured for channel: ${id}`);
    if (mediaUrls.length === 0) return resultOf(await outbound.call("sendText", { ...place, text }));
    if (!outbound.has("sendMedia")) throw new ChannelError("unsupported", `channel ${id} does not send files`);
    const results: SendResult[] = [];
    for (const [index, mediaUrl] of mediaUrls.entries()) {
      const caption = index === 0 ? text : "";
      results.push(resultOf(await outbound.call("sendMedia", { ...place, text: caption, mediaUrl, gifPlayback })));
    }
    return results.at(-1) ?? {};
  };

  const directory = part("directory");
  const entries = async (name: string, query: DirectoryQuery, more: object = {}): Promise<DirectoryEntry[]> => {
    const live = directory.has(`${name}Live`) ? `${name}Live` : name;
    const found = await directory.call(live, {
      cfg: config(),
      accountId,
      query: query.query,
      limit: query.limit,
      runtime,
      ...more,
    });
    return z.array(entry).catch([]).parse(found).map(defined);
  };
  const resolver = part("resolver");
  const actions = part("actions");

  return {
    async send(delivery) {
      const receiver = delivery.replyHandle === undefined ? undefined : options.receiver(delivery.replyHandle);
      if (receiver === undefined) return sendParts(delivery);
      const { text, mediaUrls, replyTo, asVoice } = delivery;
      await receiver.deliver(
        {
          ...(text === undefined ? {} : { text }),
          ...(mediaUrls?.[0] === undefined ? {} : { mediaUrl: mediaUrls[0], mediaUrls }),
          ...(replyTo === undefined ? {} : { replyToId: replyTo }),
          ...(asVoice ? { audioAsVoice: true } : {}),
        },
        { kind: "final" },
      );
      return {};
    },
    async typing({ to }) {
      for (const receiver of options.receiversIn({ channel: id, accountId, to })) receiver.onTyping?.();
    },
    ...(actions.has("handleAction")
      ? {
          act: async ({ action, chat, params, media }) => {
            const result = await actions.call("handleAction", {
              channel: id,
              action,
              cfg: config(),
              params: { ...params, ...(chat && { to: chat.to, threadId: chat.threadId }), ...(media && { media }) },
              accountId,
            });
            return recordOf(result)?.details ?? result;
          },
        }
      : {}),
    directory: {
      ...(directory.has("self")
        ? {
            self: async () =>
              defined(
                entry
                  .optional()
                  .catch(undefined)
                  .parse(await directory.call("self", { cfg: config(), accountId, runtime })) ?? {},
              ) as DirectoryEntry,
          }
        : {}),
      ...(directory.has("listPeers") || directory.has("listPeersLive")
        ? { peers: (query: DirectoryQuery) => entries("listPeers", query) }
        : {}),
      ...(directory.has("listGroups") || directory.has("listGroupsLive")
        ? { groups: (query: DirectoryQuery) => entries("listGroups", query) }
        : {}),
      ...(directory.has("listGroupMembers")
        ? { members: (groupId: string, query: DirectoryQuery) => entries("listGroupMembers", query, { groupId }) }
        : {}),
      ...(resolver.has("resolveTargets")
        ? {
            async resolve(names: readonly string[], kind: "user" | "group" | "auto") {
              const wanted = kind === "auto" ? "group" : kind;
              const answer = await resolver.call("resolveTargets", {
                cfg: config(),
                accountId,
                inputs: [...names],
                kind: wanted,
                runtime,
              });
              const found = z.array(resolved).catch([]).parse(answer);
              return names.map((_name, index) => {
                const each = found[index];
                if (!each?.resolved || each.id === undefined) return undefined;
                return {
                  kind: wanted,
                  id: each.id,
                  ...(each.name === undefined ? {} : { name: each.name }),
                  ...(each.note === undefined ? {} : { note: each.note }),
                };
              });
            },
          }
        : {}),
    },
    closed: work,
    async stop() {
      ending.abort();
      await stopHandle?.stop();
      await gateway.call("stopAccount", running);
      await work.catch(() => {});
    },
  };
}

function resultOf(answer: unknown): SendResult {
  return defined(sent.catch({ messageId: undefined, chatId: undefined }).parse(recordOf(answer) ?? {}));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** An object without the keys that hold nothing. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
