import {
  type ChunkSettings,
  type CoalesceSettings,
  type HumanDelayConfig,
  typingSettings,
} from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { type Channel, type ChatKind, mergeAccountSection } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { channelSection } from "../channels/account-config.ts";

/** Which replies of a run answer the message they belong to. */
export type ReplyToMode = "off" | "first" | "all";

/** How the replies of a run are given to one chat. */
export interface ReplySettings {
  /** Template in front of every text. */
  prefix: string | undefined;
  replyToMode: ReplyToMode;
  /** A model that names the message it answers is heeded also where the mode is `off`. */
  replyTagsAlways?: boolean | undefined;
  /** Longest text of one message, in UTF-16 units. */
  textLimit: number;
  /** Longest text beside a file, in UTF-16 units. */
  captionLimit?: number | undefined;
  /** The channel's own way of cutting a text into messages. */
  chunk?: ((text: string, limit: number) => string[]) | undefined;
  /** Every paragraph is a message of its own. */
  paragraphs: boolean;
  /** The answer is shown while it is written, where the channel and the chat can. */
  drafts: boolean;
  /** The answer is sent in blocks while it is written. */
  inBlocks: boolean;
  blocks: { breakAt: "text_end" | "message_end"; chunk: ChunkSettings; coalesce: CoalesceSettings };
  humanDelay: HumanDelayConfig | undefined;
  typing: ReturnType<typeof typingSettings>;
}

const joining = z.object({
  minChars: z.number().optional(),
  maxChars: z.number().optional(),
  idleMs: z.number().optional(),
});
/** The keys of a channel, or of one of its accounts, that concern replies; the configuration was checked before. */
const sectionKeys = z.object({
  responsePrefix: z.string().optional(),
  replyToMode: z.enum(["off", "first", "all"]).optional(),
  textChunkLimit: z.number().optional(),
  chunkMode: z.enum(["length", "newline"]).optional(),
  blockStreaming: z.boolean().optional(),
  streamMode: z.enum(["off", "partial", "block"]).optional().catch(undefined),
  blockStreamingCoalesce: joining.optional(),
});
const section = sectionKeys.extend({ accounts: z.record(z.string(), z.unknown()).optional() });

const defaultTextLimit = 4000;
const defaultIdleMs = 1000;
const replyModes: Readonly<Record<string, ReplyToMode>> = {
  telegram: "first",
  discord: "off",
  slack: "off",
  googlechat: "off",
  matrix: "off",
};

export interface ReplyChat {
  channel: string;
  accountId: string;
  agentId: string;
  direct: boolean;
  kind?: ChatKind | undefined;
  mentioned: boolean;
  /** Stands in front of answers where no prefix is set, so that people who write to themselves can tell who is who. */
  selfPrefix?: string | undefined;
}

/** Reads the settings for a chat: of its account, else of its channel, else the common ones. */
export function replySettings(config: OpenClawConfig, chat: ReplyChat, manifest: Channel | undefined): ReplySettings {
  const sections: Readonly<Record<string, unknown>> = config.channels ?? {};
  const ofChannel = section.safeParse(sections[chat.channel]).data ?? {};
  const ofAccount = sectionKeys.safeParse(ofChannel.accounts?.[chat.accountId]).data ?? {};
  const own = { ...ofChannel, ...defined(ofAccount) };
  const defaults = config.agents?.defaults;
  const agent = config.agents?.list?.find(({ id }) => id === chat.agentId);
  const textLimit = Math.min(own.textChunkLimit ?? defaultTextLimit, manifest?.textLimit ?? Number.POSITIVE_INFINITY);
  const paragraphs = own.chunkMode === "newline";
  return {
    prefix: own.responsePrefix ?? config.messages?.responsePrefix ?? chat.selfPrefix,
    replyToMode:
      manifest?.replyToMode?.(
        mergeAccountSection(channelSection(config, chat.channel), chat.accountId),
        chat.direct ? "direct" : (chat.kind ?? "group"),
      ) ??
      own.replyToMode ??
      replyModes[chat.channel] ??
      "all",
    replyTagsAlways: manifest?.replyTagsAlways,
    textLimit,
    captionLimit: manifest?.captionLimit,
    paragraphs,
    drafts: own.streamMode !== "off",
    inBlocks: own.blockStreaming ?? defaults?.blockStreamingDefault === "on",
    blocks: blockSettings(),
    humanDelay: agent?.humanDelay ?? defaults?.humanDelay,
    typing: typingSettings(
      { session: config.session, agents: defaults },
      { direct: chat.direct, mentioned: chat.mentioned, heartbeat: false },
    ),
  };

  function blockSettings(): ReplySettings["blocks"] {
    const chunk = defaults?.blockStreamingChunk;
    const maxChars = Math.min(chunk?.maxChars ?? 1200, textLimit);
    const minChars = Math.min(chunk?.minChars ?? 800, maxChars);
    const join = { ...defaults?.blockStreamingCoalesce, ...defined(own.blockStreamingCoalesce ?? {}) };
    const built = manifest?.blockJoining;
    return {
      breakAt: defaults?.blockStreamingBreak ?? "text_end",
      chunk: { minChars, maxChars, breakPreference: chunk?.breakPreference ?? "paragraph", paragraphs },
      coalesce: {
        minChars: join.minChars ?? built?.minChars ?? minChars,
        maxChars: Math.min(join.maxChars ?? textLimit, textLimit),
        idleMs: join.idleMs ?? built?.idleMs ?? defaultIdleMs,
        immediately: paragraphs,
      },
    };
  }
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
}
