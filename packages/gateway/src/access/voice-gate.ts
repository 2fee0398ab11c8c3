import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { type Channel, type InboundMessage, stripMentions } from "@openclaw/plugin-sdk";
import type { Reception } from "../commands/reception.ts";
import { isStopText } from "../pipeline/command.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import { gateMention } from "./mention-gate.ts";
import type { PendingHistory } from "./pending-history.ts";

/** Voice messages whose senders are told once they were heard. */
const maxLater = 200;

/** Told whether the message mentions the assistant, once that is known. */
type OnHeard = (mentioned: boolean) => void;

/** Voice messages of groups that do not name the assistant in their text: it may be named in what they say. */
export interface VoiceGate {
  /** Whether what is said in a message can decide about it: there is a sound in it, and there are names to listen for. */
  canSay(message: Pick<InboundMessage, "attachments">, patterns: readonly RegExp[]): boolean;
  /** Keeps what is to happen when the message was heard and is answered. It is not kept over a restart. */
  later(message: Inbound, onHeard: OnHeard): Inbound;
  /** The message as it is answered, or undefined when it does not name the assistant: it is part of the talk then. */
  hear(message: Inbound): Inbound | undefined;
}

export function createVoiceGate(options: {
  config(): OpenClawConfig;
  channel(id: string): Channel | undefined;
  patternsFor(agentId: string): readonly RegExp[];
  receive(message: Inbound): Reception;
  history: PendingHistory;
  log: Logger;
}): VoiceGate {
  const { history, log } = options;
  const kept = new Map<string, OnHeard>();

  const taken = (id: string): OnHeard | undefined => {
    const onHeard = kept.get(id);
    kept.delete(id);
    return onHeard;
  };

  /** What a command is read from, and whether it is one its sender may use. */
  const readCommand = (message: Inbound) => {
    const { route, agentId } = message;
    const marks = (route.surface === "channel" ? options.channel(route.channel)?.mentionMarks : undefined) ?? [];
    const text = stripMentions(message.text, [...options.patternsFor(agentId), ...marks]).trim();
    const { kind } = options.receive({ ...message, text });
    const isCommand = kind === "command" || kind === "reset" || isStopText(text);
    return { text, isCommand: isCommand && message.authorized, ignored: kind === "ignored" };
  };

  return {
    canSay({ attachments = [] }, patterns) {
      const hasSound = attachments.some(({ kind, mimeType }) => (mimeType ?? `${kind}/`).startsWith("audio/"));
      const isOn = options.config().tools?.media?.audio?.enabled !== false;
      return hasSound && patterns.length > 0 && isOn;
    },
    later(message, onHeard) {
      kept.set(message.id, onHeard);
      const [oldest] = kept.keys();
      if (kept.size > maxLater && oldest !== undefined) kept.delete(oldest);
      return message;
    },
    hear(message) {
      const { unheard, ...heard } = message;
      if (unheard === undefined) return message;
      const { route, text, transcript = "" } = message;
      const onHeard = taken(message.id);
      const command = readCommand(heard);
      const { passes, mentioned } = gateMention(
        { text: transcript, mentions: unheard.mentions },
        { requireMention: true, patterns: options.patternsFor(message.agentId), isCommand: command.isCommand },
      );
      if (!passes || command.ignored) {
        const caption = text === transcript ? "" : text;
        const said = [caption, transcript].filter((part) => part !== "").join(" ");
        history.add(unheard.conversation, `${unheard.front}${said} ${unheard.mark}`, unheard.limit);
        log.info("dropped a voice message: the assistant was not mentioned", { sender: message.senderId });
        return undefined;
      }
      onHeard?.(mentioned);
      const earlier = history.take(unheard.conversation);
      return {
        ...heard,
        ...(command.isCommand ? { text: command.text } : {}),
        around: { ...message.around, ...(earlier.length === 0 ? {} : { history: earlier }) },
        ...(mentioned ? { wasMentioned: true } : {}),
        ...(mentioned && route.surface === "channel" ? { route: { ...route, mentioned } } : {}),
      };
    },
  };
}
