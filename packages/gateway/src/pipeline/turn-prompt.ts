import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { Turn } from "../commands/gateway-commands.ts";
import type { Reception } from "../commands/reception.ts";
import type { Conversations } from "../conversations.ts";
import { greetingInstruction, newSessionText } from "./command.ts";
import { type Inbound, isUnattended } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import { promptAround, promptBody } from "./prompt-body.ts";
import { textDeliveries } from "./reply.ts";
import type { RunReplies } from "./run-replies.ts";
import type { TurnPrompt } from "./run-turn.ts";
import type { SystemEvents } from "./system-events.ts";

export interface TurnPromptContext {
  conversations: Conversations;
  systemEvents: SystemEvents;
  endings: MessageEndings;
  /** Which channels reach somebody, a line each. */
  channelSummary(): readonly string[];
  /** Writes times the way the user's zone has them. */
  formatTime(): (at: number) => string;
  /** Writes the times of system events. */
  formatEventTime(): (at: number) => string;
  clock: Clock;
  log: Logger;
}

export interface TurnPromptRequest {
  message: Inbound;
  reception: Reception;
  /** The prompt of a message that waited with others. */
  queued: string | undefined;
  readTurn(): Promise<Turn>;
  replies: RunReplies;
}

/** Makes session and prompt of a new message, when its turn has come. */
export function createTurnPrompts(context: TurnPromptContext): (request: TurnPromptRequest) => Promise<TurnPrompt> {
  const { conversations, systemEvents, endings, clock, log } = context;
  return async ({ message, reception, queued, readTurn, replies }) => {
    const reset = reception.kind === "reset" ? reception : undefined;
    const isUnseen = conversations.entry(message.sessionKey)?.systemSent !== true;
    const { previousRunAborted, newSessionId } = conversations.begin(message.sessionKey, {
      now: clock.now(),
      reset: reset !== undefined,
      // A run that another one asked for says nothing about where the session's user is.
      route: message.source === "call" || isUnattended(message) ? { surface: "none" } : message.route,
      heartbeat: message.source === "heartbeat",
      begins: message.begins,
      senderName: message.senderName,
      group: message.group,
      ...(message.source === "channel" ? { place: message.place ?? null } : {}),
      parentKey: message.parentKey,
    });
    if (newSessionId !== undefined) replies.newSession(newSessionId);
    const { text, model } = await readTurn();
    const waiting = systemEvents.peek(message.sessionKey);
    // Nobody wrote what wakes a session: it stands among the system lines, which the history does not show.
    const woken = message.source === "wake" && queued === undefined;
    const instruction = woken ? [{ at: clock.now(), text: message.text }] : [];
    const bare = reset !== undefined && text.trim() === "";
    const greeting = bare ? [{ at: clock.now(), text: greetingInstruction(reset.trigger, model) }] : [];
    if (bare && model) {
      await endings.tell(message, `${message.id}/new-session`, textDeliveries(message, newSessionText(model)));
    }
    const isMain = message.sessionKey === conversations.mainKey(message.agentId);
    const summary = newSessionId === undefined || !isMain ? [] : context.channelSummary();
    const channelLines = summary.map((line) => ({ at: clock.now(), text: line }));
    const systemLines = [...channelLines, ...waiting, ...greeting, ...instruction];
    const around = {
      formatTime: context.formatTime(),
      formatEventTime: context.formatEventTime(),
      previousRunAborted,
      systemEvents: systemLines,
    };
    const body = woken ? "" : bare ? reset.trigger : text;
    return {
      text:
        queued === undefined
          ? promptBody(woken || bare ? { ...message, understood: undefined } : message, body, {
              ...around,
              stamp: reset === undefined && !woken && !isUnattended(message),
              // A command may have begun it; the model has seen nothing of it by then.
              sessionBegins: newSessionId !== undefined || isUnseen,
            })
          : promptAround(queued, around),
      // Shown to the model means in its transcript; until then the events stay for the next turn.
      onRecorded: () => {
        systemEvents.acknowledge(message.sessionKey, waiting).catch((error: unknown) => {
          log.error("system events could not be acknowledged", { error: String(error) });
        });
      },
    };
  };
}
