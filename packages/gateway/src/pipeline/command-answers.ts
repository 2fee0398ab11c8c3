import type { CommandReply } from "@openclaw/agent-runtime/commands";
import type { Logger } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { Clock, Journal } from "@openclaw/storage";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Reception } from "../commands/reception.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import type { Inbound } from "./inbound.ts";
import { interruptedText, type MessageEndings } from "./message-endings.ts";
import type { ChannelRoute } from "./reply.ts";

export interface CommandAnswersContext {
  commands: GatewayCommands;
  endings: MessageEndings;
  journal: Journal;
  runs: RunRegistry;
  connections: Connections;
  /** Changes a message of the account's own; false where the channel cannot. */
  edit(message: ChannelRoute & { messageId: string }, change: Pick<Delivery, "text" | "buttons">): Promise<boolean>;
  clock: Clock;
  log: Logger;
}

/** Answers commands at once, also while a run is active. On the web the answer stands in the transcript. */
export function createCommandAnswers(context: CommandAnswersContext) {
  const { commands, endings, journal, runs, connections, clock, log } = context;

  /** Puts an answer in the place of the message whose button was pressed. Where that fails it is sent instead. */
  const showInPlace = async (message: Inbound, { text, buttons }: CommandReply): Promise<boolean> => {
    const { route, pressedOn } = message;
    if (pressedOn === undefined || route.surface !== "channel") return false;
    try {
      return await context.edit(
        { ...route, messageId: pressedOn },
        { ...(text === undefined ? {} : { text }), buttons: (buttons ?? []).map((row) => [...row]) },
      );
    } catch (error) {
      log.warn(`the message with the button could not be changed; the answer is sent`, { error: String(error) });
      return false;
    }
  };

  return {
    /** Answers a message that is a command, and ends it. */
    async command(
      message: Inbound,
      chat: ChatStream,
      reception: Extract<Reception, { kind: "command" }>,
    ): Promise<undefined> {
      const startedAt = clock.now();
      const again = (journal.get(message.id)?.attempts ?? 0) > 0;
      endings.noteAttempt(message.id);
      let outcome: { status: "ok" } | { status: "error"; summary: string };
      let afterwards = () => {};
      try {
        const reply = again && reception.spec?.once ? { text: interruptedText(message) } : await reception.answer();
        const text = reply.text?.trim() ?? "";
        const { mediaUrls = [], replyTo, buttons, channelData } = reply;
        const media =
          mediaUrls.length > 0 || replyTo !== undefined || buttons !== undefined || channelData !== undefined
            ? { mediaUrls, asVoice: reply.audioAsVoice === true, replyTo, buttons, channelData }
            : undefined;
        if (text === "" && mediaUrls.length === 0 && channelData === undefined) chat.end({ state: "final", text });
        else if (reply.inPlace && (await showInPlace(message, { text, buttons }))) chat.end({ state: "final", text });
        else await endings.say(message, text, message.id, (noted) => chat.answer(noted), media);
        afterwards = reply.afterwards ?? afterwards;
        outcome = { status: "ok" };
      } catch (error) {
        outcome = { status: "error", summary: error instanceof Error ? error.message : String(error) };
        log.error(`command ${message.id} failed`, { error: outcome.summary });
        await endings.tellSurely(message, message.id, `⚠️ ${outcome.summary}`);
        chat.end({ state: "error", errorMessage: outcome.summary });
      }
      await endings.settle(message.id, "done", outcome);
      runs.finish(message.id, { status: outcome.status, startedAt, endedAt: clock.now() });
      afterwards();
      return undefined;
    },

    /** Answers the commands that stand inside a message; the message itself goes on to the model. */
    async inline(message: Inbound, inline: Extract<Reception, { kind: "model" }>["inline"]): Promise<void> {
      for (const [index, command] of inline.entries()) {
        try {
          const { text } = await commands.answer(command, message);
          if (text === undefined) continue;
          const runId = `${message.id}/${command.command.spec.name}-${index}`;
          await endings.say(message, text, runId, (noted) => {
            const { sessionKey, agentId } = message;
            const payload = { runId, sessionKey, seq: 0, state: "final", message: noted };
            connections.broadcastVersions("chat", { v3: payload, v4: { ...payload, agentId } });
          });
        } catch (error) {
          log.error(`a command inside message ${message.id} could not be answered`, { error: String(error) });
        }
      }
    },
  };
}
