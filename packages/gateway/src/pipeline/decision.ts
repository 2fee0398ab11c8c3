import type { RunResult } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Reception } from "../commands/reception.ts";
import type { Conversations } from "../conversations.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { createCommandAnswers } from "./command-answers.ts";
import type { Inbound } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import type { StopRuns } from "./stop-runs.ts";
import type { TurnOptions, Turns } from "./turn.ts";
import type { createWaitingMessages } from "./waiting-messages.ts";

/** Decides what a message is. */
export interface Decision {
  /** A message is answered, runs, waits, or joins the run under way. */
  decide(message: Inbound, chat: ChatStream, options: TurnOptions): Promise<RunResult | undefined>;
  /** Messages of a channel that the send policy leaves without an answer. Methods refuse theirs before. */
  isMuted(message: Inbound, reception: Reception): boolean;
  /** Hooks may want to say something about a command. */
  announce(action: string, message: Inbound): Promise<void>;
}

export function createDecision(context: {
  conversations: Conversations;
  commands: GatewayCommands;
  endings: MessageEndings;
  answers: ReturnType<typeof createCommandAnswers>;
  turns: Turns;
  waiting: ReturnType<typeof createWaitingMessages>;
  stopRuns: StopRuns;
  /** Waited for when the Gateway stops. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Told of a command that begins or stops something; answers what the user is to be told besides. */
  onCommand?(action: string, message: Inbound): Promise<readonly string[]>;
  log: Logger;
}): Decision {
  const { conversations, commands, endings, answers, turns, waiting, log } = context;

  /** A message is answered, runs, waits, or joins the run under way. */
  const decide = (message: Inbound, chat: ChatStream, options: TurnOptions): Promise<RunResult | undefined> => {
    const { sessionKey } = message;
    const reception = commands.receive(message);
    if (reception.kind === "ignored")
      log.info("dropped a control command (unauthorized)", { sender: message.senderId });
    if (reception.kind === "ignored" || isMuted(message, reception)) return endings.endSilently(message, chat);
    if (reception.kind === "reset") void context.track(announce(reception.trigger.replace(/^\//, ""), message));
    if (reception.kind === "command") return options.gate.opened.then(() => answers.command(message, chat, reception));
    if (reception.kind === "model" && reception.inline.length > 0) {
      void context.track(options.gate.opened.then(() => answers.inline(message, reception.inline)));
    }
    const queued = message.source === "chat.send" || message.source === "channel";
    if (!queued || !waiting.mustWait(sessionKey)) return turns.run(message, chat, options);
    const asked = { ...message.queue, ...commands.waiting(message).queue };
    const settings = waiting.settings({ ...message, queue: asked });
    const waits = options.resumed === true || (reception.kind === "reset" && settings.mode !== "interrupt");
    switch (waits ? "followup" : settings.mode) {
      case "interrupt":
        context.stopRuns(sessionKey, { reason: "stop", except: message.id });
        return turns.run(message, chat, options);
      case "steer":
        return waiting.steer(message, chat, options, settings);
      case "steer-backlog":
        waiting.steerAlong(message);
        return waiting.enqueue(message, chat, options, settings);
      case "followup":
      case "collect":
        return waiting.enqueue(message, chat, options, settings);
    }
  };

  /** Hooks may want to say something about a command. */
  const announce = async (action: string, message: Inbound): Promise<void> => {
    const texts = (await context.onCommand?.(action, message)) ?? [];
    if (texts.length > 0) await endings.tellSurely(message, `${message.id}/hooks`, texts.join("\n\n"));
  };

  /** Messages of a channel that the send policy leaves without an answer. Methods refuse theirs before. */
  const isMuted = (message: Inbound, reception: Reception): boolean =>
    message.source === "channel" &&
    conversations.sendPolicy(
      message.sessionKey,
      message.route.surface === "channel" ? message.route.channel : "webchat",
    ) === "deny" &&
    !(reception.kind === "command" && reception.spec?.underDeny);

  return { decide, isMuted, announce };
}
