import { createMediaSource, sendDeniedText, shapeReply } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { type Delivery, jsonResult, type Tool, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { ReplyRoute } from "../pipeline/inbound.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import { chatKeyOf } from "../pipeline/reply.ts";
import { defaultAccount } from "./pipeline-calls.ts";

const parameters = {
  type: "object",
  properties: {
    action: { type: "string", enum: ["send"] },
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
  },
  required: ["action"],
};

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
  /** Channels that are connected. */
  channels: { ids(): string[]; isRunning(id: string): boolean };
  outbox: OutboxWorker;
  /** Says a text in the run's own session. */
  sayHere: (text: string) => void;
  config: () => OpenClawConfig;
}

/** Lets the agent write to chats by itself: to the one it is in, or to others as far as the configuration allows. */
export function createMessageTool(options: MessageToolOptions): Tool {
  return {
    name: "message",
    label: "Message",
    description:
      "Send a message (action send) to the chat of this conversation or to another one. After sending what the user should read, answer NO_REPLY.",
    parameters,
    async execute(params, { signal, toolCallId }) {
      if (params.action !== "send") throw new Error(`Message action ${String(params.action)} not supported.`);
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
  const rules = config.tools?.message;
  if (rules?.allowCrossContextSend !== true) {
    if (chat.channel !== current.channel && rules?.crossContext?.allowAcrossProviders !== true) {
      throw new Error(
        `Cross-context messaging denied: action=send target provider "${chat.channel}" while bound to "${current.channel}".`,
      );
    }
    if (chat.channel === current.channel && rules?.crossContext?.allowWithinProvider === false) {
      throw new Error(
        `Cross-context messaging denied: action=send target="${chat.to}" while bound to "${current.to}" (channel=${chat.channel}).`,
      );
    }
  }
  const marker = rules?.crossContext?.marker;
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
    media: createMediaSource({
      workspaceDir: options.workspaceDir,
      roots: options.mediaRoots,
      mount: options.workspaceMount,
    }),
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
