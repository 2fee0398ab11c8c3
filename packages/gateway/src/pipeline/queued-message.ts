import type { QueuedItem, QueuedTurn, RunResult } from "@openclaw/agent-runtime";
import { createMessageQueue } from "@openclaw/agent-runtime";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import { promptBody } from "./prompt-body.ts";

/** A message that waits for the run before it. */
export interface WaitingMessage extends QueuedItem {
  message: Inbound;
  chat: ChatStream;
  durable: Promise<unknown>;
  gate: Gate;
  /** Tells whoever asked for the run how it ended; undefined when the Gateway stopped first. */
  ended(result: RunResult | undefined): void;
}

/** What the queue needs to know of a message, and what the model will be told of it. */
export function queuedItem(
  message: Inbound,
  around: { formatTime(at: number): string; commands: Pick<GatewayCommands, "waiting"> },
): QueuedItem {
  const { route } = message;
  const { text, startsSession } = around.commands.waiting(message);
  return {
    id: message.id,
    prompt: promptBody(message, text, {
      formatTime: around.formatTime,
      previousRunAborted: false,
      systemEvents: [],
      stamp: true,
    }),
    text,
    messageId: message.messageId,
    ...(route.surface !== "channel"
      ? {}
      : { origin: JSON.stringify([route.channel, route.to, route.accountId, route.threadId ?? ""]) }),
    alone: startsSession,
  };
}

/** The message that stands for a whole turn: the last one, with the pictures and files of all. */
export function turnMessage(items: readonly Pick<WaitingMessage, "message">[], last: Inbound): Inbound {
  const voice = items.some(({ message }) => message.voice);
  return { ...last, attachments: items.flatMap(({ message }) => message.attachments), ...(voice ? { voice } : {}) };
}

/** The prompt of a turn that was put together before a restart and is put together again. */
export function rebuiltPrompt(items: readonly QueuedItem[]): QueuedTurn<QueuedItem> | undefined {
  const queue = createMessageQueue();
  for (const item of items)
    queue.enqueue({ ...item, alone: false, origin: undefined }, { cap: items.length, drop: "new" }, 0);
  return queue.next("collect");
}
