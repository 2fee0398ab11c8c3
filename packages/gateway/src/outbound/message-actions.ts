import crypto from "node:crypto";
import {
  type Channel,
  type ChannelAction,
  type ChannelActionName,
  channelActionNames,
  chunkByMode,
  type Delivery,
  type MessageRef,
  normalizeAccountId,
  type RunningAccount,
  type Target,
} from "@openclaw/plugin-sdk";
import { accountIds, type ChannelSettings, channelConfigInput, readAccount } from "../channels/account-config.ts";
import type { Channels } from "../channels/channels.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import { chatKeyOf } from "../pipeline/reply.ts";
import { invalid, OutboundError } from "./outbound-error.ts";
import { checkPoll } from "./poll.ts";
import type { Targets } from "./resolve-target.ts";

/** How long whoever asked waits for a message that is tried again, ms; it stays in the outbox. */
const sendWaitMs = 9000;

/** Something to be done on a channel, as the tool, the command line or a client asks for it. */
export interface ActionRequest {
  action: ChannelActionName;
  channel?: string | undefined;
  accountId?: string | undefined;
  /** As given; what an action does not know is left to the channel. */
  params: Readonly<Record<string, unknown>>;
  /** The conversation it was asked for in, when that is on a channel. */
  from?: { channel: string; to: string; threadId?: string | undefined; replyTo?: string | undefined } | undefined;
  /** Everything is looked up, nothing is done. */
  dryRun: boolean;
  /** The same id does the same thing once; made up when absent. */
  id?: string | undefined;
  signal: AbortSignal;
  /** Files that may be sent, with the path or address as the account gets it. @throws Error for others */
  media?: ((source: string) => string) | undefined;
}

export interface ActionResult {
  action: ChannelActionName;
  channel: string;
  accountId: string;
  dryRun: boolean;
  /** Whether the Gateway did it by itself or the channel. */
  handledBy: "core" | "plugin";
  payload: Readonly<Record<string, unknown>>;
}

/** Sends, asks and acts on channels. */
export interface MessageActions {
  /** @throws OutboundError */
  run(request: ActionRequest): Promise<ActionResult>;
  /** What the configured channels can do together, `send` first. */
  names(): ChannelActionName[];
}

/** Actions that are about no chat. */
const withoutTarget: ReadonlySet<ChannelActionName> = new Set([
  "broadcast",
  "thread-list",
  "search",
  "sticker-search",
  "member-info",
  "role-info",
  "role-add",
  "role-remove",
  "emoji-list",
  "emoji-upload",
  "sticker-upload",
  "channel-list",
  "channel-create",
  "category-create",
  "category-edit",
  "category-delete",
  "voice-status",
  "event-list",
  "event-create",
  "timeout",
  "kick",
  "ban",
  "set-presence",
] as const);
/** Actions whose target is a channel of a server rather than a chat to write to. */
const channelTargets: ReadonlySet<ChannelActionName> = new Set([
  "channel-info",
  "channel-edit",
  "channel-delete",
  "channel-move",
] as const);

export function createMessageActions(options: {
  channels: Channels;
  targets: Targets;
  outbox: Pick<OutboxWorker, "postParts" | "find">;
  settings: ChannelSettings;
  broadcastAllowed(): boolean;
}): MessageActions {
  const { channels, targets, settings } = options;

  const accountOf = (channel: Channel, wanted: string | undefined) => {
    const input = channelConfigInput(settings, channel.meta.id);
    const accountId = normalizeAccountId(wanted ?? accountIds(channel, input).defaultId);
    return { accountId, ...readAccount(channel, input, accountId) };
  };

  const supported = (channel: Channel, account: unknown): readonly ChannelActionName[] =>
    account === undefined ? [] : (channel.actions?.(account) ?? []);

  const connected = (channel: Channel, accountId: string): RunningAccount => {
    const account = channels.account(channel.meta.id, accountId);
    if (account !== undefined) return account;
    const which = accountId === "default" ? "" : ` (account: ${accountId})`;
    const problem = channel.notConnected?.(accountId) ?? `Channel ${channel.meta.id}${which} is not connected.`;
    throw new OutboundError("unavailable", problem);
  };

  /** Puts a message into the outbox and waits until it was sent, at most some seconds. */
  const deliver = async (deliveries: readonly Delivery[], id: string, signal: AbortSignal) => {
    const [first] = deliveries;
    if (first === undefined) throw invalid("send requires message, media or card");
    const parts = deliveries.map((delivery, index) => ({ id: `${id}#${index}`, delivery }));
    const { sent } = options.outbox.postParts(chatKeyOf(first), parts);
    let cancel: () => void = () => {};
    const late = new Promise<"late">((resolve) => {
      const timer = setTimeout(() => resolve("late"), sendWaitMs);
      const stop = () => resolve("late");
      signal.addEventListener("abort", stop, { once: true });
      cancel = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      };
    });
    try {
      const end = await Promise.race([sent, late]);
      const ids = parts.flatMap((part) => options.outbox.find(part.id)?.messageId ?? []);
      return { messageId: ids[0] ?? "", messageIds: ids, ...(end === "late" ? { queued: true } : {}) };
    } catch (error) {
      throw new OutboundError("unavailable", error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      cancel();
    }
  };

  const cut = (channel: string, accountId: string, words: string, limit: number): string[] =>
    channels.chunker(channel, accountId)?.(words, limit) ?? chunkByMode(words, limit, "length");

  const send = async (request: ActionRequest, place: Place, more: Partial<Delivery> = {}) => {
    const deliveries = contentOf(request, place, more, cut);
    if (request.dryRun) return { to: place.target.to, dryRun: true, messages: deliveries.length };
    connected(place.channel, place.accountId);
    const id = request.id ?? `action|${crypto.randomUUID()}`;
    return { to: place.target.to, ...(await deliver(deliveries, id, request.signal)) };
  };

  const poll = async (request: ActionRequest, place: Place) => {
    const { params } = request;
    const asked = textList(params.pollOption ?? params.options);
    const multi = params.pollMulti === true ? Math.max(2, asked.length) : undefined;
    const question = checkPoll(
      {
        question: text(params.pollQuestion) ?? text(params.question) ?? "",
        options: asked,
        maxSelections: number(params.maxSelections) ?? multi,
        durationHours: number(params.pollDurationHours) ?? number(params.durationHours),
      },
      place.channel.pollMaxOptions,
    );
    if (request.dryRun) return { to: place.target.to, dryRun: true, poll: question };
    connected(place.channel, place.accountId);
    const delivery = { ...addressOf(place), poll: question };
    const id = request.id ?? `action|${crypto.randomUUID()}`;
    const result = await deliver([delivery], id, request.signal);
    return { to: place.target.to, ...result, pollId: result.messageId };
  };

  const act = async (request: ActionRequest, place: Place | undefined, channel: Channel, accountId: string) => {
    const { action, params, signal } = request;
    if (action === "send" || action === "broadcast" || action === "poll") throw new Error(`${action} is no act`);
    if (request.dryRun) return { dryRun: true, ...(place === undefined ? {} : { to: place.target.to }) };
    const account = connected(channel, accountId);
    try {
      const own = place === undefined ? undefined : await ownMethod(account, action, params, place.target);
      if (own !== undefined) return own;
      if (account.act === undefined)
        throw invalid(`Action ${action} is not supported for provider ${channel.meta.id}.`);
      const media = text(params.media);
      const result = await account.act({
        action,
        params: place !== undefined && channelTargets.has(action) ? { ...params, channelId: place.target.to } : params,
        signal,
        ...(place === undefined ? {} : { chat: place.target }),
        ...(media === undefined ? {} : { media: request.media?.(media) ?? media }),
        ...(request.from?.channel === channel.meta.id ? { from: placeOf(request.from) } : {}),
      });
      return typeof result === "object" && result !== null ? { ...result } : { result };
    } catch (error) {
      if (error instanceof OutboundError) throw error;
      throw new OutboundError("unavailable", error instanceof Error ? error.message : String(error), { cause: error });
    }
  };

  const run = async (request: ActionRequest): Promise<ActionResult> => {
    const { action, params } = request;
    if (!channelActionNames.includes(action)) throw invalid(`Message action ${action} not supported.`);
    const channel = await targets.channel(request.channel);
    const { id } = channel.meta;
    const { accountId, account, problem } = accountOf(channel, request.accountId);
    if (problem !== undefined) throw invalid(problem);
    const listed = supported(channel, account);
    const isOwn = action === "send" || (action === "poll" && channel.capabilities?.polls === true);
    if (!isOwn && !listed.includes(action)) throw invalid(`Message action ${action} not supported for channel ${id}.`);
    const raw = text(params.target) ?? text(params.to) ?? text(params.channelId);
    const needsTarget = !withoutTarget.has(action);
    // `channelId` beside an action without a destination is a filter of the action's own.
    if (!needsTarget && text(params.target) !== undefined) throw invalid(`Action ${action} does not accept a target.`);
    if (needsTarget && raw === undefined) throw invalid(`Action ${action} requires a target.`);
    const target = needsTarget ? await targets.resolve(channel, accountId, raw) : undefined;
    const threadId = text(params.threadId) ?? target?.threadId;
    const configured = readAccount(channel, channelConfigInput(settings, id), accountId);
    const { config } = configured.input;
    const place: Place | undefined =
      target === undefined
        ? undefined
        : {
            channel,
            accountId,
            config,
            account: configured.account,
            target: { ...target, ...(threadId === undefined ? {} : { threadId }) },
          };
    if (action === "send" && isRecord(config.actions) && config.actions.sendMessage === false) {
      throw invalid(`Sending is switched off for channel ${id} (channels.${id}.actions.sendMessage).`);
    }
    const done = (handledBy: ActionResult["handledBy"], payload: Record<string, unknown>): ActionResult => ({
      action,
      channel: id,
      accountId,
      dryRun: request.dryRun,
      handledBy,
      payload,
    });
    if (action === "send" && place !== undefined) return done("core", await send(request, place));
    if (action === "poll" && place !== undefined) return done("core", await poll(request, place));
    return done("plugin", await act(request, place, channel, accountId));
  };

  /** One message to many chats of one channel, or of all that are configured. Each succeeds or fails by itself. */
  const broadcast = async (request: ActionRequest): Promise<ActionResult> => {
    if (!options.broadcastAllowed()) {
      throw invalid("Broadcast is disabled. Set tools.message.broadcast.enabled to true.");
    }
    const goals = textList(request.params.targets);
    if (goals.length === 0) throw invalid("broadcast requires targets");
    const ids =
      request.channel === undefined || request.channel === "all"
        ? channels.ids().filter((id) => channels.isConfigured(id))
        : [request.channel];
    const results: { channel: string; to: string; ok: boolean; error?: string }[] = [];
    for (const channel of ids) {
      for (const [index, to] of goals.entries()) {
        try {
          await run({
            ...request,
            action: "send",
            channel,
            params: { ...request.params, target: to },
            ...(request.id === undefined ? {} : { id: `${request.id}|${channel}|${index}` }),
          });
          results.push({ channel, to, ok: true });
        } catch (error) {
          results.push({ channel, to, ok: false, error: error instanceof Error ? error.message : String(error) });
        }
      }
    }
    return {
      action: "broadcast",
      channel: request.channel ?? "all",
      accountId: request.accountId ?? "default",
      dryRun: request.dryRun,
      handledBy: "core",
      payload: { results },
    };
  };

  return {
    run: (request) => (request.action === "broadcast" ? broadcast(request) : run(request)),
    names() {
      const all = channels.ids().flatMap((id) => {
        const channel = channels.get(id);
        if (channel === undefined || !channels.isConfigured(id)) return [];
        const polls: ChannelActionName[] = channel.capabilities?.polls ? ["poll"] : [];
        return [...polls, ...supported(channel, accountOf(channel, undefined).account)];
      });
      const more: ChannelActionName[] = options.broadcastAllowed() ? ["broadcast"] : [];
      return [...new Set<ChannelActionName>(["send", ...(all.length === 0 ? [] : more), ...all])];
    },
  };
}

interface Place {
  channel: Channel;
  accountId: string;
  config: Readonly<Record<string, unknown>>;
  /** What the channel makes of the account's section. */
  account: unknown;
  target: Target;
}

function placeOf({ to, threadId, replyTo }: NonNullable<ActionRequest["from"]>): NonNullable<ChannelAction["from"]> {
  return {
    to,
    ...(threadId === undefined ? {} : { threadId }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

function addressOf({ channel, accountId, target }: Place): Delivery {
  const { to, threadId } = target;
  return { channel: channel.meta.id, accountId, to, ...(threadId === undefined ? {} : { threadId }) };
}

/** The messages of a `send`: cut to the channel's limit, files with the first. */
function contentOf(
  { params, media }: ActionRequest,
  place: Place,
  more: Partial<Delivery>,
  chunk: (channel: string, accountId: string, text: string, limit: number) => string[],
): Delivery[] {
  // People on a command line and models write line breaks as two characters.
  const words = (text(params.message) ?? "").replaceAll("\\n", "\n");
  const files = [...textList(params.media), ...textList(params.mediaUrls), ...textList(params.mediaUrl)];
  const buttons = jsonOf(params.buttons, "buttons");
  const card = jsonOf(params.card, "card");
  if (words.trim() === "" && files.length === 0 && card === undefined) {
    throw invalid("send requires message, media or card");
  }
  const { channel, config, accountId } = place;
  const limit = Math.min(number(config.textChunkLimit) ?? 4000, channel.textLimit ?? Number.POSITIVE_INFINITY);
  const pieces = words.trim() === "" ? [] : chunk(channel.meta.id, accountId, words, limit);
  const captioned =
    files.length === 0 || (pieces[0]?.length ?? 0) <= (channel.captionLimit ?? Number.POSITIVE_INFINITY);
  const base = { ...addressOf(place), ...more, ...(params.silent === true ? { silent: true } : {}) };
  const replyTo = text(params.replyTo) ?? text(params.replyToId);
  const first: Delivery = {
    ...base,
    ...(pieces[0] === undefined || !captioned ? {} : { text: pieces[0] }),
    ...(files.length === 0 ? {} : { mediaUrls: files.map((file) => media?.(file) ?? file) }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(text(params.quoteText) === undefined ? {} : { quoteText: text(params.quoteText) ?? "" }),
    ...(params.asVoice === true ? { asVoice: true } : {}),
    ...(params.gifPlayback === true ? { gifPlayback: true } : {}),
    ...(Array.isArray(buttons) ? { buttons: buttonRows(buttons) } : {}),
    ...(isRecord(card) ? { card } : {}),
  };
  return [first, ...pieces.slice(captioned ? 1 : 0).map((piece) => ({ ...base, text: piece }))];
}

/** What a running account does by a method of its own; undefined for what `act` does. */
async function ownMethod(
  account: RunningAccount,
  action: ChannelActionName,
  params: Readonly<Record<string, unknown>>,
  target: Target,
): Promise<Record<string, unknown> | undefined> {
  const ref = (): MessageRef => {
    const messageId = text(params.messageId);
    if (messageId === undefined) throw invalid(`Action ${action} requires a message id.`);
    const participant = text(params.participant);
    return {
      to: target.to,
      ...(target.threadId === undefined ? {} : { threadId: target.threadId }),
      messageId,
      ...(participant === undefined ? {} : { participant }),
      ...(params.fromMe === true ? { fromMe: true } : {}),
    };
  };
  switch (action) {
    case "react": {
      if (account.react === undefined) return undefined;
      const emoji = typeof params.emoji === "string" ? params.emoji : undefined;
      if (emoji === undefined || (params.remove === true && emoji === "")) throw invalid("react requires emoji");
      const remove = params.remove === true;
      await account.react(ref(), { emoji, ...(remove ? { remove } : {}) });
      return remove || emoji === "" ? { ok: true, removed: emoji } : { ok: true, added: emoji };
    }
    case "edit": {
      if (account.edit === undefined) return undefined;
      const message = text(params.message);
      if (message === undefined) throw invalid("edit requires message");
      const buttons = jsonOf(params.buttons, "buttons");
      await account.edit(ref(), {
        text: message.replaceAll("\\n", "\n"),
        ...(Array.isArray(buttons) ? { buttons: buttonRows(buttons) } : {}),
      });
      return { ok: true };
    }
    case "delete":
    case "unsend": {
      if (account.remove === undefined) return undefined;
      await account.remove(ref());
      return { ok: true, deleted: true };
    }
    default:
      return undefined;
  }
}

/** A value that may be written as JSON. @throws OutboundError naming the flag */
function jsonOf(value: unknown, name: string): unknown {
  if (typeof value !== "string" || value.trim() === "") return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    throw invalid(`--${name} must be valid JSON`);
  }
}

/** Rows of buttons; those without a text or data are left out. */
function buttonRows(rows: readonly unknown[]): { text: string; data: string }[][] {
  return rows.map((row) =>
    (Array.isArray(row) ? row : []).flatMap((button: unknown) => {
      if (!isRecord(button)) return [];
      const data = button.data ?? button.callback_data;
      return typeof button.text === "string" && typeof data === "string" ? [{ text: button.text, data }] : [];
    }),
  );
}

function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

function textList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each) => text(each) ?? []);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
