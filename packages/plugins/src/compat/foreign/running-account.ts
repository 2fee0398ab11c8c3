import {
  type ChannelContext,
  ChannelError,
  type DirectoryEntry,
  type DirectoryQuery,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import { z } from "zod";
import { foreignRuntime } from "./adapt-login.ts";
import type { ReplyReceiver } from "./channel-services.ts";
import { defined } from "./defined.ts";
import type { ForeignPart } from "./foreign-parts.ts";
import { recordOf } from "./section-settings.ts";
import { sendForeign } from "./send-foreign.ts";

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
  // The host's signal, and one of our own for an account that is stopped because it ended.
  const ending = new AbortController();
  const abortSignal = AbortSignal.any([context.signal, ending.signal]);
  const runtime = foreignRuntime(id, log);
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
  /** The conversation an action was asked for in, as the channel itself sees it. */
  const toolContext = (from: { to: string; threadId?: string; replyTo?: string }) => {
    const context = { Channel: id, To: from.to, ReplyToId: from.replyTo, MessageThreadId: from.threadId };
    const own = part("threading").call("buildToolContext", {
      cfg: config(),
      accountId,
      context,
      hasRepliedRef: { value: false },
    });
    return defined({ currentChannelId: from.to, currentThreadTs: from.threadId, ...recordOf(own) });
  };
  const resolver = part("resolver");
  const actions = part("actions");

  return {
    async send(delivery) {
      const receiver = delivery.replyHandle === undefined ? undefined : options.receiver(delivery.replyHandle);
      if (receiver === undefined) return sendForeign(delivery, { id, part, cfg: config(), accountId });
      const { text, mediaUrls, replyTo, asVoice, channelData } = delivery;
      await receiver.deliver(
        {
          ...(text === undefined ? {} : { text }),
          ...(mediaUrls?.[0] === undefined ? {} : { mediaUrl: mediaUrls[0], mediaUrls }),
          ...(replyTo === undefined ? {} : { replyToId: replyTo }),
          ...(asVoice ? { audioAsVoice: true } : {}),
          ...(channelData === undefined ? {} : { channelData }),
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
          act: async ({ action, chat, params, media, from }) => {
            if (actions.call("supportsAction", { action }) === false) {
              throw new ChannelError("unsupported", `Message action ${action} not supported for channel ${id}.`);
            }
            const result = await actions.call("handleAction", {
              channel: id,
              action,
              cfg: config(),
              params: { ...params, ...(chat && { to: chat.to, threadId: chat.threadId }), ...(media && { media }) },
              accountId,
              ...(from === undefined ? {} : { toolContext: toolContext(from) }),
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
