import { z } from "zod";

/** An attachment that lies on disk, so that the journal stays small. */
const attachment = z.object({
  /** Empty as long as only `ref` says where it is. */
  path: z.string(),
  mimeType: z.string(),
  fileName: z.string().optional(),
  /** By which its channel fetches it. */
  ref: z.string().optional(),
});

const route = z.discriminatedUnion("surface", [
  z.object({ surface: z.literal("webchat") }),
  /** Answered nowhere: the reply stays in the session, for the run that asked. */
  z.object({ surface: z.literal("none") }),
  z.object({
    surface: z.literal("channel"),
    channel: z.string(),
    accountId: z.string(),
    to: z.string(),
    threadId: z.string().optional(),
    replyTo: z.string().optional(),
    /** What kind of chat it is, and whether the assistant was addressed in it; a direct chat when absent. */
    chatType: z.enum(["direct", "group", "channel"]).optional(),
    mentioned: z.boolean().optional(),
    /** The channel's own: what its answers need beside the chat, under which id they are shown while they are written. */
    replyHandle: z.string().optional(),
    draftId: z.string().optional(),
    /** The account's chat with itself. */
    self: z.boolean().optional(),
  }),
]);

/** What is needed to decide about a voice message of a group once it was heard. */
const unheard = z.object({
  /** Under which what is said between two mentions is kept, and how much of it. */
  conversation: z.string(),
  limit: z.number(),
  /** Around its words, where it becomes part of that. */
  front: z.string(),
  mark: z.string(),
  /** Whom its text addressed. */
  mentions: z
    .object({
      me: z.boolean(),
      any: z.boolean(),
      implicit: z.boolean().optional(),
      nativeOnly: z.boolean().optional(),
    })
    .optional(),
});

/**
 * A message on its way to an agent, whatever it came from. This is what the journal keeps, so a Gateway that was killed
 * can go on with it.
 */
export const inbound = z.object({
  /** Journal id and run id: the caller's idempotency key, or the channel's message key. */
  id: z.string(),
  source: z.enum(["chat.send", "agent", "wake", "channel", "call", "heartbeat", "cron", "hook"]),
  receivedAt: z.number(),
  sessionKey: z.string(),
  agentId: z.string(),
  text: z.string(),
  /** The platform's id of the message, shown to the model. */
  messageId: z.string().optional(),
  attachments: z.array(attachment).default([]),
  /** `[Telegram Ada id:42 Mon 2026-02-09 08:53 UTC]`, in front of a channel's message instead of a time stamp. */
  header: z.string().optional(),
  /** What else stands around its words in the prompt. */
  around: z
    .object({
      /** Between header and words. */
      front: z.string().optional(),
      /** On the line below the words. */
      mark: z.string().optional(),
      /** Behind the words. */
      behind: z.string().optional(),
      threadStarter: z.string().optional(),
      untrusted: z.array(z.object({ label: z.string(), text: z.string() })).optional(),
      /** What was said in the group before. */
      history: z.array(z.string()).optional(),
    })
    .optional(),
  /** What its group is called, for the list of sessions. */
  group: z
    .object({
      id: z.string(),
      subject: z.string().optional(),
      channelName: z.string().optional(),
      space: z.string().optional(),
    })
    .optional(),
  /** What the configuration says about the place it came from. */
  place: z
    .object({
      tools: z.array(z.object({ bySender: z.record(z.string(), z.unknown()).optional(), all: z.unknown() })).optional(),
      skills: z.array(z.string()).optional(),
    })
    .optional(),
  /** The session its own goes on from when that begins with it. */
  parentKey: z.string().optional(),
  /** Several agents answer it one after the other: the id of what they all answer. */
  inTurn: z.string().optional(),
  /** Who sent it: for the prompt and for logs. */
  senderId: z.string().optional(),
  senderName: z.string().optional(),
  senderUsername: z.string().optional(),
  senderE164: z.string().optional(),
  /** May use commands and directives. */
  authorized: z.boolean(),
  /** Scopes of a client of the Gateway; absent for people on channels. */
  scopes: z.array(z.string()).optional(),
  /** It was chosen from a menu of the service: where a value is missing, the values are offered. */
  menu: z.boolean().optional(),
  /** The message whose button was pressed. */
  pressedOn: z.string().optional(),
  /** The assistant was addressed in a group. */
  wasMentioned: z.boolean().optional(),
  /** The text is for the model as it stands, even where it reads like a command. */
  literal: z.boolean().optional(),
  /** What is to happen while a run of the session is under way, where the sender says so. */
  queue: z
    .object({
      mode: z.string().optional(),
      debounceMs: z.number().optional(),
      cap: z.number().optional(),
      drop: z.string().optional(),
    })
    .optional(),
  /** Its sender is the owner. */
  owner: z.boolean().optional(),
  route,
  thinking: z.string().optional(),
  /** Milliseconds; 0 = no limit. */
  timeoutMs: z.number().optional(),
  extraSystemPrompt: z.string().optional(),
  /** Which limit of parallel runs counts; that of chats when absent. */
  lane: z.enum(["main", "cron", "subagent", "nested"]).optional(),
  model: z.object({ provider: z.string(), model: z.string() }).optional(),
  /** Names of tools the run does not get. */
  withoutTools: z.array(z.string()).optional(),
  /** Tools that whoever sent it carries out. */
  clientTools: z
    .array(
      z.object({
        name: z.string(),
        description: z.string().optional(),
        parameters: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  /** Longest answer of one model call, tokens. */
  maxOutputTokens: z.number().optional(),
  /** Session on whose behalf another session's run asks, and the channel its user is on. */
  requesterKey: z.string().optional(),
  requesterChannel: z.string().optional(),
  /** A sound is among its files, or was. */
  voice: z.boolean().optional(),
  /**
   * What stands in its prompt for files that were understood. Where the user wrote something beside them, it goes between
   * the two parts of `around`.
   */
  understood: z
    .object({ body: z.string(), around: z.object({ before: z.string(), after: z.string() }).optional() })
    .optional(),
  /** What was said in its sounds. */
  transcript: z.string().optional(),
  /** It stands in a group without naming the assistant, whose name may be in its sound: heard before it is answered. */
  unheard: unheard.optional(),
  /** Its turn begins a new session under its key. */
  begins: z
    .object({
      /** What the session is called, where it has no name yet. */
      label: z.string().optional(),
      /** A record of this run alone is kept under `<key>:run:<session id>`. */
      keepsRun: z.boolean().optional(),
    })
    .optional(),
  /** Ids of messages whose text is part of this one. */
  covers: z.array(z.string()).optional(),
});

export type Inbound = z.output<typeof inbound>;

/** Nobody has written it: the Gateway's own schedule, or a program outside, has its run for a purpose of its own. */
export function isUnattended({ source }: Pick<Inbound, "source">): boolean {
  return source === "heartbeat" || source === "cron" || source === "hook";
}

export type Attachment = z.output<typeof attachment>;
export type ReplyRoute = z.output<typeof route>;
