import fs from "node:fs/promises";
import path from "node:path";
import {
  type AgentRuntime,
  type EmittedRunEvent,
  fitImage,
  omittedImage,
  type RunHandle,
  type RunSettings,
} from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { type Inbound, isUnattended } from "./inbound.ts";
import type { RunReplies } from "./run-replies.ts";
import { senderNames } from "./sender-names.ts";

/** What the model is told, and what is to be done once it is in the transcript. */
export interface TurnPrompt {
  text: string;
  onRecorded(): void;
}

export interface TurnOptions {
  runtime: AgentRuntime;
  /** Called when the turn has come. Absent when the run goes on from its transcript after an interruption. */
  prompt?: () => Promise<TurnPrompt>;
  /** What the message asks for itself; asked after the prompt. */
  settings(): Promise<RunSettings>;
  /** Resolves when the message is on stable storage; no tool runs before. */
  durable: Promise<unknown>;
  onEvent(event: EmittedRunEvent): void;
  /** What the chat gets before the end of the run. */
  replies: Pick<RunReplies, "run" | "onEvent">;
  log: Logger;
}

/**
 * Starts the agent run of a message, at once in the order of the calls; session and prompt are looked at when the runs
 * before it have ended. Pictures are read from disk and given to the model; other files are named in the prompt.
 */
export function startTurn(message: Inbound, options: TurnOptions): RunHandle {
  const { prompt } = options;
  const handle = options.runtime.start({
    runId: message.id,
    sessionKey: message.sessionKey,
    agentId: message.agentId,
    ...(prompt === undefined
      ? { resume: true }
      : {
          async prompt() {
            const { images, notes } = await readPictures(message, options.log);
            const { text, onRecorded } = await prompt();
            void handle.recorded.then(onRecorded);
            return { text: withNotes(text, notes), images };
          },
        }),
    settings: () => options.settings(),
    ...(message.thinking === undefined ? {} : { thinking: message.thinking }),
    ...(message.timeoutMs === undefined ? {} : { timeoutMs: message.timeoutMs }),
    ...(message.extraSystemPrompt === undefined ? {} : { extraSystemPrompt: message.extraSystemPrompt }),
    sender: { names: senderNames(message) },
    ...(message.lane === undefined ? {} : { lane: message.lane }),
    ...(message.model === undefined ? {} : { model: message.model }),
    ...(message.withoutTools === undefined ? {} : { withoutTools: message.withoutTools }),
    ...(message.clientTools === undefined ? {} : { clientTools: message.clientTools }),
    ...(message.maxOutputTokens === undefined ? {} : { maxOutputTokens: message.maxOutputTokens }),
    ...(isUnattended(message) ? { heartbeat: true } : {}),
    channel: channelOf(message),
    beforeFirstTool: options.durable,
    ...options.replies.run,
    onEvent(event) {
      options.onEvent(event);
      options.replies.onEvent(event);
    },
  });
  return handle;
}

/** A run for another session has the rights of that session's channel; nobody in particular has written it. */
function channelOf({ route, requesterChannel }: Inbound): string {
  if (route.surface === "none") return requesterChannel ?? "internal";
  return route.surface === "channel" ? route.channel : "webchat";
}

/** What a message shows its model; `notes` stand for pictures that cannot be shown. */
export interface MessagePictures {
  images: { data: string; mimeType: string }[];
  notes: string[];
}

/**
 * The pictures of a message, small enough for models. One that is gone does not keep the text from its answer; the prompt
 * names its path.
 */
export async function readPictures(message: Inbound, log: Logger): Promise<MessagePictures> {
  const found: MessagePictures = { images: [], notes: [] };
  // One after the other: a large picture takes much memory while it is made smaller.
  for (const { path: file, mimeType } of message.attachments) {
    if (!mimeType.startsWith("image/")) continue;
    try {
      const fitted = await fitImage(await fs.readFile(file));
      if ("reason" in fitted) found.notes.push(omittedImage(path.basename(file), fitted.reason));
      else found.images.push({ data: fitted.image.data, mimeType: fitted.image.mimeType });
    } catch (error) {
      log.warn(`a picture of message ${message.id} cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  }
  return found;
}

/** The prompt with what is said in place of pictures. */
export function withNotes(text: string, notes: readonly string[]): string {
  return [text, ...notes].join("\n");
}
