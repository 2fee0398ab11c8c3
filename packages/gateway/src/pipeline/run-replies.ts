import {
  type BlockReplies,
  createBlockPipeline,
  createTypingController,
  type EmittedRunEvent,
  humanDelayMs,
  type ReplyPayload,
  type ReplyTarget,
  type RunBlock,
  type RunModel,
  type RunResult,
  resolvePrefix,
  type Timers,
} from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { Journal } from "@openclaw/storage";
import type { Channels } from "../channels/channels.ts";
import { createAnswerDraft } from "./answer-draft.ts";
import { type BlockJournal, blockId, openBlockJournal } from "./block-journal.ts";
import type { Inbound } from "./inbound.ts";
import type { OutboxWorker } from "./outbox.ts";
import { type ChannelRoute, chatKey, createDeliveryShape } from "./reply.ts";
import type { ReplySettings } from "./reply-settings.ts";
import { createSpokenReplies, type SpeakReply } from "./spoken-replies.ts";
import { createToolNotices } from "./tool-notices.ts";
import { untilStored } from "./until-stored.ts";

/** What a run does for the chat its message came from: blocks, tool notices, typing, and the reply at the end. */
export interface RunReplies {
  /** For the run; nothing of it for WebChat, which is answered on its own session. */
  readonly run: {
    replyTarget?: ReplyTarget;
    blocks?: BlockReplies;
    onModel?(model: RunModel): void;
    onReasoning?(text: string, isShown: boolean): void;
  };
  onEvent(event: EmittedRunEvent): void;
  /** Tells a chat that sees what tools do that its session was begun. */
  newSession(sessionId: string): void;
  /** Nothing more is sent: its user stopped the run, or it goes on at the next start. */
  cancel(): void;
  /**
   * Puts the rest of the reply into the outbox and resolves when it is there; false when the Gateway stopped before.
   */
  finish(result: RunResult): Promise<boolean>;
}

export interface RunRepliesContext {
  journal: Pick<Journal, "get" | "step">;
  outbox: OutboxWorker;
  channels: Pick<Channels, "get" | "showTyping" | "stopTyping" | "account">;
  /** How the chat of a message wants its replies. */
  settings(route: ChannelRoute, agentId: string): ReplySettings;
  /** Speaks an answer, where it is to be spoken. */
  speak: SpeakReply;
  /** The mode of spoken answers that is stored in a session. */
  speechMode(sessionKey: string): string | undefined;
  /** The name of an agent, for prefixes. */
  agentName(agentId: string): string | undefined;
  verboseLevel(sessionKey: string): "off" | "on" | "full";
  homeDir: string;
  timers: Timers;
  /** From 0 to below 1. */
  random(): number;
  /** Aborted when the Gateway stops. */
  stopped: AbortSignal;
  log: Logger;
}

/** A message that is sent before the end of the run. */
type Part = { kind: "block"; id: string; block: RunBlock } | { kind: "notice"; id: string; text: string };

/** Opens the replies of a run; `own` has what its message alone asks for. */
export type RunRepliesFactory = (
  message: Inbound,
  own?: { verboseLevel(): "off" | "on" | "full" | undefined },
) => RunReplies;

/** The chats in use are known to one factory, so that runs do not write across each other. */
export function createRunReplies(context: RunRepliesContext): RunRepliesFactory {
  /** Ended runs whose last parts are still being sent, by chat; the next run of the chat waits for them. */
  const ending = new Map<string, Promise<unknown>>();
  return (message, own) => {
    const verboseLevel = (sessionKey: string) => own?.verboseLevel() ?? context.verboseLevel(sessionKey);
    return message.route.surface !== "channel"
      ? silent
      : chatReplies(message, message.route, ending, { ...context, verboseLevel });
  };
}

const silent: RunReplies = {
  run: {},
  onEvent() {},
  newSession() {},
  cancel() {},
  finish: () => Promise.resolve(true),
};

function chatReplies(
  message: Inbound,
  route: ChannelRoute,
  ending: Map<string, Promise<unknown>>,
  context: RunRepliesContext,
): RunReplies {
  const { journal, outbox, timers, log } = context;
  const settings = context.settings(route, message.agentId);
  const chat = chatKey(message);
  const known = openBlockJournal(message.id, { journal, outbox });
  const draft = settings.drafts ? openDraft(route, context) : undefined;
  // What was begun in blocks goes on in blocks, also when the configuration was changed in between. An answer that can be
  // read while it is written needs none.
  const blocks: BlockJournal | undefined =
    (settings.inBlocks && draft === undefined) || known.withheld || known.sent.length > 0 ? known : undefined;
  let model: RunModel | undefined;
  let finishing = false;
  let cancelled = false;
  let before: Promise<unknown> | undefined;
  let blocksSent = blocks?.sent.length ?? 0;
  const shape = createDeliveryShape(route, settings, {
    prefix: () => prefixOf(settings, model, () => context.agentName(message.agentId)),
    begun: (blocks?.sent.length ?? 0) > 0,
  });

  const typingChat = { to: route.to, ...(route.threadId === undefined ? {} : { threadId: route.threadId }) };
  const typing = createTypingController({
    ...settings.typing,
    timers,
    sendTyping: () => context.channels.showTyping(route.channel, typingChat, route.accountId),
    stopTyping: () => context.channels.stopTyping(route.channel, typingChat, route.accountId),
  });
  const speaking = new AbortController();
  const spoken = createSpokenReplies({
    speak: context.speak,
    channel: route.channel,
    sessionMode: () => context.speechMode(message.sessionKey),
    afterVoice: message.voice ?? message.attachments.some(({ mimeType }) => mimeType.startsWith("audio/")),
    signal: speaking.signal,
  });
  const stop = () => {
    speaking.abort(new Error("the answer is not wanted any more"));
    pipeline.cancel();
    draft?.stop();
    typing.stop();
    context.stopped.removeEventListener("abort", stop);
  };

  /** The ids in the outbox of each part. */
  const posted = new Map<string, string[]>();
  const send = async (part: Part): Promise<void> => {
    const deliveries = part.kind === "block" ? shape.deliveries(part.block.payload) : shape.notice(part.text);
    if (deliveries.length === 0) return;
    const items = deliveries.map((delivery, index) => ({
      id: index === 0 ? part.id : `${part.id}.${index}`,
      delivery,
      ...(part.kind === "block" && index === 0 ? { block: kept(part.block) } : {}),
    }));
    posted.set(
      part.id,
      items.map(({ id }) => id),
    );
    const { sent } = outbox.postParts(chat, items);
    if (part.kind === "block" && outbox.find(part.id) !== undefined) blocks?.note(part.block);
    await sent;
  };

  const abandon = (part: Part, reason: string) => {
    log.warn(`a part of the answer of run ${message.id} was abandoned: ${reason}`, { chat });
    try {
      if (part.kind === "block") blocks?.noteAbandoned(part.block.index);
    } catch (error) {
      log.error("that a part was abandoned could not be noted", { chat, error: String(error) });
    }
    for (const id of posted.get(part.id) ?? []) outbox.abandon(id, reason);
  };

  const pipeline = createBlockPipeline<Part>({
    send,
    key: ({ id }) => id,
    delayMs(part) {
      if (part.kind !== "block") return 0;
      blocksSent += 1;
      return blocksSent === 1 ? 0 : humanDelayMs(settings.humanDelay, context.random);
    },
    ready: async () => {
      await (finishing ? before : ending.get(chat));
    },
    withheld: blocks?.withheld ?? false,
    timers,
    onAbandoned: abandon,
  });
  const direct = (route.chatType ?? "direct") === "direct";
  const verbose = () => (direct ? context.verboseLevel(message.sessionKey) : "off");
  const attempt = journal.get(message.id)?.attempts ?? 0;
  let noticed = 0;
  const notice = (text: string) => {
    noticed += 1;
    // A run that goes on after a crash tells other things than before.
    pipeline.push({ kind: "notice", id: `${message.id}#n${attempt}.${noticed}`, text });
  };
  const notices = createToolNotices({
    verbose,
    homeDir: context.homeDir,
    tell: notice,
  });
  const finish = async (result: RunResult): Promise<boolean> => {
    const parts = await pipeline.finish();
    if (cancelled) return true;
    // What the Gateway's stop kept back comes with the resumed run.
    if (context.stopped.aborted && parts.length > 0) return false;
    // One whose fate was decided while it was being given up is not sent a second time.
    const lost = parts.flatMap((part) =>
      part.kind === "block" && outbox.find(part.id)?.state !== "queued" ? [part.block] : [],
    );
    const stoppedBefore = context.stopped.aborted;
    const payloads = await spoken.withSound(finalPayloads(result, lost), result);
    if (cancelled) return true;
    // What was to be spoken just now is spoken by the resumed run.
    if (context.stopped.aborted && !stoppedBefore) return false;
    const deliveries = payloads.flatMap((payload) => shape.deliveries(payload));
    if (deliveries.length > 0) await post(deliveries);
    return true;
  };
  const post = (deliveries: readonly Delivery[]) =>
    untilStored({
      what: `the replies of run ${message.id}`,
      write: () => outbox.post(chat, message.id, deliveries),
      log,
      signal: context.stopped,
    });

  context.stopped.addEventListener("abort", stop);
  typing.accepted();

  return {
    run: {
      replyTarget: { provider: route.channel, target: route.to, accountId: route.accountId },
      onModel(answering) {
        model = answering;
      },
      onReasoning(text, isShown) {
        typing.reasoning();
        if (isShown) draft?.reasoning(text);
      },
      ...(blocks === undefined
        ? {}
        : {
            blocks: {
              ...settings.blocks,
              sent: blocks.sent,
              onBlock: (block) => pipeline.push({ kind: "block", id: blockId(message.id, block.index), block }),
            },
          }),
    },
    onEvent(event) {
      if (event.stream === "assistant" && event.data.text.trim() !== "") {
        typing.text();
        draft?.text(event.data.text);
      }
      if (event.stream === "lifecycle" && event.data.phase === "fallback") {
        const { from, to, reason, repeated } = event.data;
        if (verbose() !== "off" && repeated !== true) notice(`↪️ Model fallback: ${from} → ${to} (${reason})`);
      }
      if (event.stream !== "tool") return;
      if (event.data.phase === "start") typing.tool();
      notices.onTool(event.data);
    },
    newSession: (sessionId) => {
      if (verbose() !== "off") notice(`🧭 New session: ${sessionId}`);
    },
    cancel() {
      cancelled = true;
      stop();
    },
    async finish(result) {
      typing.runEnded();
      draft?.stop();
      finishing = true;
      before = ending.get(chat);
      const work = Promise.resolve(before).then(() => finish(result));
      ending.set(chat, work);
      try {
        return await work;
      } finally {
        if (ending.get(chat) === work) ending.delete(chat);
        context.stopped.removeEventListener("abort", stop);
        typing.delivered();
      }
    },
  };
}

/** The answer as it is written, where its message asked for that and the channel can show it. */
function openDraft(route: ChannelRoute, { channels, log }: Pick<RunRepliesContext, "channels" | "log">) {
  const { draftId: id, threadId } = route;
  const account = id === undefined ? undefined : channels.account(route.channel, route.accountId);
  if (id === undefined || account?.draft === undefined) return undefined;
  const chat = { to: route.to, ...(threadId === undefined ? {} : { threadId }) };
  return createAnswerDraft((text) => account.draft?.(chat, { id, text }) ?? Promise.resolve(), log);
}

/** What the outbox keeps beside a block until it was noted in the journal. */
function kept({ message, source, payload }: RunBlock): object {
  return { message, source, ...(payload.mediaUrls === undefined ? {} : { mediaUrls: payload.mediaUrls }) };
}

/** Chats are told of a message that is too long in words for people; programs get those of the error. */
const overflowText =
  "⚠️ Context overflow — prompt too large for this model. Try a shorter message or a larger-context model.";

/** What is left to send at the end, in order: the error, the reasoning, the answer, what went wrong with tools. */
function finalPayloads(result: RunResult, lost: readonly RunBlock[]): ReplyPayload[] {
  if (result.status !== "ok" && result.status !== "error") return [];
  const rest = result.payloads.filter((payload) => payload.asBlocks !== true);
  const reasoning = rest.filter((payload) => payload.isReasoning === true);
  const answers = rest.filter((payload) => payload.isReasoning !== true);
  if (result.status === "ok") return [...reasoning, ...joined(lost), ...answers];
  const text = result.error ?? "The run failed.";
  // A provider's error that a model repeats as its answer says nothing new.
  const own = answers.filter((payload) => payload.text?.trim() !== text.trim());
  const told = text.startsWith("Context overflow:") ? overflowText : text;
  return [{ text: told, isError: true }, ...reasoning, ...joined(lost), ...own];
}

/** Blocks that were not sent, as whole texts again. */
function joined(blocks: readonly RunBlock[]): ReplyPayload[] {
  const payloads: (ReplyPayload & { message: number; source: string })[] = [];
  for (const { message, source, payload } of blocks) {
    const last = payloads.at(-1);
    if (last?.message === message && last.source !== "" && source !== "" && payload.text !== undefined) {
      last.source += source;
      last.text = last.source.trim();
    } else {
      payloads.push({ ...payload, message, source });
    }
  }
  return payloads.map(({ message: _message, source: _source, ...payload }) => payload);
}

function prefixOf(settings: ReplySettings, model: RunModel | undefined, name: () => string | undefined): string {
  if (settings.prefix === undefined) return "";
  return resolvePrefix(settings.prefix, {
    provider: model?.provider ?? "",
    model: model?.model ?? "",
    thinkingLevel: model?.thinking,
    identityName: name(),
  });
}
