import { createMediaSource, sendDeniedText, shapeReply } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import {
  channelActionNames,
  type Delivery,
  jsonResult,
  type Tool,
  type ToolContext,
  type ToolResult,
  textResult,
} from "@openclaw/plugin-sdk";
import type { MessageActions } from "../outbound/message-actions.ts";
import type { ReplyRoute } from "../pipeline/inbound.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import { chatKeyOf } from "../pipeline/reply.ts";
import { defaultAccount } from "./pipeline-calls.ts";

const parameters = (actions: readonly string[]) => ({
  type: "object",
  properties: {
    action: { type: "string", enum: actions },
    target: { type: "string", description: "Chat to write to (default: the chat of this conversation)" },
    to: { type: "string", description: "Older name of target" },
    channelId: { type: "string", description: "Older name of target" },
    channel: { type: "string", description: "Channel of the chat (default: the one of this conversation)" },
    accountId: { type: "string", description: "Account of the channel to write with" },
    message: { type: "string", description: "The text" },
    media: { type: "string", description: "A file of the workspace or an address to attach" },
    replyTo: { type: "string", description: "Id of the message to answer" },
    threadId: { type: "string", description: "Thread or topic of the chat" },
    dryRun: { type: "boolean", description: "Only say where it would go" },
    ...(actions.length > 1 ? actionProperties : {}),
  },
  required: ["action"],
  // Channels have parameters of their own.
  ...(actions.length > 1 ? { additionalProperties: true } : {}),
});

const textProperty = (description: string) => ({ type: "string", description });
const actionProperties = {
  targets: { type: "array", items: { type: "string" }, description: "Chats of a broadcast" },
  messageId: textProperty("Message an action is about"),
  emoji: textProperty("Reaction; empty takes the own reactions away"),
  remove: { type: "boolean", description: "Take the reaction away" },
  participant: textProperty("Who wrote the message, in groups that need it"),
  pollQuestion: textProperty("Question of a poll"),
  pollOption: { type: "array", items: { type: "string" }, description: "Answers of a poll" },
  maxSelections: { type: "integer", description: "Answers one may choose" },
  pollDurationHours: { type: "integer", description: "How long a poll is open" },
  buttons: textProperty("Rows of buttons as JSON"),
  limit: { type: "integer", description: "Most entries of a list" },
  before: textProperty("Only messages before this id"),
  after: textProperty("Only messages after this id"),
  query: textProperty("What to search for"),
  userId: textProperty("Member an action is about"),
  guildId: textProperty("Server an action is about"),
  threadName: textProperty("Name of a thread to begin"),
  reason: textProperty("Reason for a moderation action"),
};

/** Actions that put something into a chat: they must not lead from one conversation into another. */
const writingActions: ReadonlySet<string> = new Set([
  "send",
  "poll",
  "reply",
  "sendWithEffect",
  "sendAttachment",
  "thread-create",
  "thread-reply",
  "sticker",
]);

/** The conversation a run belongs to; undefined for runs nobody wrote to, which must name their targets. */
export type BoundChat = ReplyRoute | undefined;

export interface MessageToolOptions {
  runId: string;
  workspaceDir: string;
  mediaRoots: readonly string[];
  /** Where a sandboxed model sees its workspace. */
  workspaceMount?: string | undefined;
  /** Asked when the tool is called. */
  bound: () => BoundChat;
  /** Nothing may be sent in the run's own session. */
  isDenied: () => boolean;
  /** What the channels can do beyond sending. */
  actions: Pick<MessageActions, "names" | "run">;
  /** Channels that are connected. */
  channels: { ids(): string[]; isRunning(id: string): boolean };
  outbox: OutboxWorker;
  /** What the channel of the conversation says of its use there. */
  hints: readonly string[];
  /** Says a text in the run's own session. */
  sayHere: (text: string) => void;
  config: () => OpenClawConfig;
}

/** Lets the agent write to chats by itself: to the one it is in, or to others as far as the configuration allows. */
export function createMessageTool(options: MessageToolOptions): Tool {
  return {
    name: "message",
    label: "Message",
    description: [
      "Send a message (action send) to the chat of this conversation or to another one. After sending what the user should read, answer NO_REPLY.",
      ...options.hints,
    ].join("\n"),
    parameters: parameters(options.actions.names()),
    async execute(params, { signal, toolCallId }) {
      if (params.action !== "send") return otherAction(params, options, { signal, toolCallId });
      const bound = options.bound();
      const target = findTarget(params, bound, options);
      const content = contentOf(params, options);
      if (signal.aborted) throw new Error("Message send aborted");
      if (target.kind === "here") {
        if (options.isDenied()) throw new Error(sendDeniedText);
        if (content.mediaUrls !== undefined) {
          throw new Error(
            "Files cannot be sent to WebChat with this tool. Put a MEDIA: line into your answer instead.",
          );
        }
        if (params.dryRun !== true) options.sayHere(content.text ?? "");
        return jsonResult({ ok: true, channel: "webchat", ...dryRun(params) });
      }
      if (target.isBound && options.isDenied()) throw new Error(sendDeniedText);
      const replyTo =
        text(params, "replyTo") ?? content.replyToId ?? currentReply(content.replyToCurrent, target, bound);
      const delivery: Delivery = {
        ...target.chat,
        ...(content.text === undefined ? {} : { text: `${target.prefix}${content.text}${target.suffix}` }),
        ...(content.mediaUrls === undefined ? {} : { mediaUrls: content.mediaUrls }),
        ...(replyTo === undefined ? {} : { replyTo }),
      };
      const { channel, to } = delivery;
      if (params.dryRun === true) return jsonResult({ ok: true, channel, to, dryRun: true });
      await options.outbox.post(chatKeyOf(delivery), `${options.runId}|message|${toolCallId}`, [delivery]);
      return sentResult(delivery);
    },
  };
}

/** Everything but `send`: the chat of this conversation is meant where none is named. */
async function otherAction(
  params: Record<string, unknown>,
  options: MessageToolOptions,
  { signal, toolCallId }: Pick<ToolContext, "signal" | "toolCallId">,
): Promise<ToolResult> {
  const action = channelActionNames.find((name) => name === params.action);
  if (action === undefined) throw new Error(`Message action ${String(params.action)} not supported.`);
  const bound = options.bound();
  const current = bound?.surface === "channel" ? bound : undefined;
  const channel = text(params, "channel")?.toLowerCase() ?? current?.channel;
  const named = text(params, "target") ?? text(params, "to");
  const here = current !== undefined && channel === current.channel;
  const target = named ?? (here && params.channelId === undefined && !isPlaceless(action) ? current.to : undefined);
  if (current !== undefined && channel !== undefined && target !== undefined && writingActions.has(action)) {
    refuseCrossing(action, current, { channel, to: withoutPrefix(target, channel) }, options.config());
  }
  if (writingActions.has(action) && target === current?.to && options.isDenied()) throw new Error(sendDeniedText);
  const result = await options.actions.run({
    action,
    channel,
    accountId: text(params, "accountId") ?? (here ? current.accountId : undefined),
    params: {
      ...params,
      ...(target === undefined ? {} : { target }),
      ...(here && target === current.to && params.threadId === undefined && current.threadId !== undefined
        ? { threadId: current.threadId }
        : {}),
    },
    from: current,
    dryRun: params.dryRun === true,
    id: `${options.runId}|message|${toolCallId}`,
    signal,
    media: (source) => {
      const found = mediaSourceOf(options)(source);
      if (found === undefined)
        throw new Error(`Cannot attach ${source}: only web addresses and files of the workspace can be sent.`);
      return found;
    },
  });
  return jsonResult({ ok: true, ...result.payload, channel: result.channel, action });
}

/** Actions that are about no chat. */
function isPlaceless(action: string): boolean {
  return /^(?:broadcast|search|sticker-search|emoji-|role-|member-|voice-|event-|category-|thread-list|channel-(?:list|create)|timeout|kick|ban|set-presence)/.test(
    action,
  );
}

/** @throws Error when the configuration keeps a conversation from writing there */
function refuseCrossing(
  action: string,
  current: { channel: string; to: string },
  chat: { channel: string; to: string },
  config: OpenClawConfig,
): void {
  const rules = config.tools?.message;
  if (rules?.allowCrossContextSend === true) return;
  if (chat.channel !== current.channel && rules?.crossContext?.allowAcrossProviders !== true) {
    throw new Error(
      `Cross-context messaging denied: action=${action} target provider "${chat.channel}" while bound to "${current.channel}".`,
    );
  }
  if (
    chat.channel === current.channel &&
    chat.to !== current.to &&
    rules?.crossContext?.allowWithinProvider === false
  ) {
    throw new Error(
      `Cross-context messaging denied: action=${action} target="${chat.to}" while bound to "${current.to}" (channel=${chat.channel}).`,
    );
  }
}

function mediaSourceOf(options: MessageToolOptions) {
  return createMediaSource({
    workspaceDir: options.workspaceDir,
    roots: options.mediaRoots,
    mount: options.workspaceMount,
  });
}

/** The details tell what was sent where, so that the reply of the run does not say it a second time. */
function sentResult({ channel, to, accountId, text, mediaUrls }: Delivery): ToolResult {
  const shown = { ok: true, channel, to, status: "queued" };
  const sent = {
    provider: channel,
    target: to,
    accountId,
    ...(text === undefined ? {} : { text }),
    ...(mediaUrls === undefined ? {} : { mediaUrls }),
  };
  return textResult(JSON.stringify(shown, null, 2), { ...shown, sentMessages: [sent] });
}

type Chat = Pick<Delivery, "channel" | "accountId" | "to" | "threadId">;

type Target = { kind: "here" } | { kind: "chat"; chat: Chat; isBound: boolean; prefix: string; suffix: string };

/** @throws Error for a target that is missing, unknown or not allowed */
function findTarget(params: Record<string, unknown>, bound: BoundChat, options: MessageToolOptions): Target {
  const named = text(params, "target") ?? text(params, "to") ?? text(params, "channelId");
  const wanted = text(params, "channel")?.toLowerCase();
  const current = bound?.surface === "channel" ? bound : undefined;
  if (bound?.surface === "webchat" && named === undefined && (wanted === undefined || wanted === "webchat")) {
    return { kind: "here" };
  }
  if (wanted === "webchat") {
    throw new Error("WebChat can only be answered in its own session. Leave out channel and target to write here.");
  }
  if (named === undefined && (bound === undefined || bound.surface === "none")) {
    throw new Error("Explicit message target required for this run. Provide target/targets (and channel when needed).");
  }
  const channel = wanted ?? current?.channel ?? onlyChannel(options);
  if (!options.channels.isRunning(channel)) {
    const running = options.channels.ids().filter((id) => options.channels.isRunning(id));
    throw new Error(`Channel ${channel} is not connected. Connected: ${running.join(", ") || "none"}.`);
  }
  const sameChannel = current?.channel === channel;
  const to = named === undefined ? (sameChannel ? current.to : undefined) : withoutPrefix(named, channel);
  if (to === undefined) throw new Error("Action send requires a target.");
  const isBound = sameChannel && current.to === to;
  const threadId = text(params, "threadId") ?? (isBound ? current.threadId : undefined);
  const accountId = text(params, "accountId") ?? (sameChannel ? current.accountId : defaultAccount);
  const chat: Chat = { channel, accountId, to, ...(threadId === undefined ? {} : { threadId }) };
  const marker =
    current === undefined || isBound ? { prefix: "", suffix: "" } : crossContextMarker(current, chat, options.config());
  return { kind: "chat", chat, isBound, ...marker };
}

/**
 * The mark of a message that a conversation sends to another one.
 * @throws Error when the configuration forbids it
 */
function crossContextMarker(
  current: { channel: string; to: string },
  chat: Chat,
  config: OpenClawConfig,
): { prefix: string; suffix: string } {
  refuseCrossing("send", current, chat, config);
  const marker = config.tools?.message?.crossContext?.marker;
  if (marker?.enabled === false) return { prefix: "", suffix: "" };
  const named = (template: string | undefined) => (template ?? "").replaceAll("{channel}", current.channel);
  return { prefix: named(marker?.prefix ?? "[from {channel}] "), suffix: named(marker?.suffix) };
}

function onlyChannel({ channels }: MessageToolOptions): string {
  const running = channels.ids().filter((id) => channels.isRunning(id));
  const [only, ...others] = running;
  if (only === undefined) throw new Error("No channel is connected, so there is no other chat to write to.");
  if (others.length > 0) throw new Error(`Several channels are connected; name one: ${running.join(", ")}.`);
  return only;
}

interface Content {
  text?: string;
  mediaUrls?: string[];
  replyToId?: string;
  replyToCurrent?: true;
}

/** @throws Error when there is nothing to send, or a file that may not be sent */
function contentOf(params: Record<string, unknown>, options: MessageToolOptions): Content {
  const media = text(params, "media");
  // Models write line breaks as they stand in JSON.
  const written = typeof params.message === "string" ? params.message.replaceAll("\\n", "\n") : "";
  const raw = media === undefined ? written : `${written}\nMEDIA:"${media}"`;
  const refused: string[] = [];
  const shaped = shapeReply(raw, {
    media: mediaSourceOf(options),
    onRefusedMedia: (source) => refused.push(source),
  });
  if (refused.length > 0) {
    throw new Error(`Cannot attach ${refused.join(", ")}: only web addresses and files of the workspace can be sent.`);
  }
  if (shaped === undefined) throw new Error("send requires message or media");
  return shaped;
}

function currentReply(wanted: true | undefined, target: { isBound: boolean }, bound: BoundChat): string | undefined {
  return wanted === true && target.isBound && bound?.surface === "channel" ? bound.replyTo : undefined;
}

function withoutPrefix(target: string, channel: string): string {
  return target.toLowerCase().startsWith(`${channel}:`) ? target.slice(channel.length + 1) : target;
}

function dryRun(params: Record<string, unknown>): object {
  return params.dryRun === true ? { dryRun: true } : {};
}

function text(params: Record<string, unknown>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" ? value.trim() || undefined : undefined;
}
