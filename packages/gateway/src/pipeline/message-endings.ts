import type { Logger } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import { syntheticAssistantMessage } from "@openclaw/sessions";
import type { Clock, Journal } from "@openclaw/storage";
import type { Conversations } from "../conversations.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import type { OutboxWorker } from "./outbox.ts";
import { chatKey, type SaidMedia, textDeliveries } from "./reply.ts";
import { untilStored } from "./until-stored.ts";

/** A run that was cut off this often is given up. */
export const maxAttempts = 3;
/** So much of a message is quoted when it is given up, in characters. */
const quotedChars = 80;

export interface MessageEndingsContext {
  journal: Journal;
  outbox: OutboxWorker;
  conversations: Conversations;
  runs: RunRegistry;
  clock: Clock;
  log: Logger;
  /** Aborted when the Gateway has stopped; what could not be written by then stays open in the journal. */
  stopped: AbortSignal;
}

/** How messages end in journal, chat and registry, and what is told about them on the way. */
export type MessageEndings = ReturnType<typeof createMessageEndings>;

export function createMessageEndings(context: MessageEndingsContext) {
  const { journal, outbox, conversations, runs, clock, log } = context;

  /** A full disk does not make a run open for ever: what could not be written is tried again until there is space. */
  const stored = (what: string, write: () => void | Promise<void>): Promise<void> =>
    untilStored({ what, write, log, signal: context.stopped });

  const settle = (id: string, state: "done" | "aborted" | "given-up", result: object): Promise<void> =>
    stored(`the end of run ${id}`, () => {
      journal.settle(id, state, { result });
    });

  /** Puts texts of the Gateway's own into the outbox, for the chat a message came from. Throws when that fails. */
  const tell = (message: Inbound, id: string, deliveries: readonly Delivery[]): Promise<void> =>
    deliveries.length === 0 ? Promise.resolve() : outbox.post(chatKey(message), id, deliveries);

  /** The same, tried until it is there. */
  const tellSurely = (message: Inbound, id: string, text: string, media?: SaidMedia): Promise<void> => {
    const deliveries = textDeliveries(message, text, media);
    return deliveries.length === 0
      ? Promise.resolve()
      : stored(`what is told as ${id}`, () => tell(message, id, deliveries));
  };

  return {
    settle,
    tell,
    tellSurely,

    /** Says something where a message came from: into its chat, or on the web into its session, where files are named. */
    async say(
      message: Inbound,
      said: string,
      id: string,
      show: (message: object) => void,
      media?: SaidMedia,
    ): Promise<void> {
      await tellSurely(message, id, said, media);
      const named = (media?.mediaUrls ?? []).map((url) => `MEDIA:${url}`);
      const text = [said, ...named].filter((line) => line !== "").join("\n");
      // A chat on a channel has its own history; in the session the text would be taken for the model's.
      show(
        message.route.surface === "webchat"
          ? conversations.shown(message.sessionKey, conversations.note(message.sessionKey, text).message)
          : syntheticAssistantMessage({ model: "gateway-injected", text, now: clock.now() }),
      );
    },

    /** Only what began counts: a message that waited behind a fatal one is not to blame for it. */
    noteAttempt(id: string): void {
      if (journal.get(id)?.state !== "open") return; // stopped before its turn came
      try {
        journal.attempt(id);
      } catch (error) {
        log.error(`the attempt to run ${id} could not be noted`, { error: String(error) });
      }
    },

    async endSilently(message: Inbound, chat: ChatStream): Promise<undefined> {
      chat.end({ state: "final", text: "" });
      await settle(message.id, "done", { status: "ok" });
      runs.finish(message.id, { status: "ok", endedAt: clock.now() });
      return undefined;
    },

    /** Ends a message that is answered without a run. */
    async endWith(message: Inbound, chat: ChatStream, text: string, gate: Gate): Promise<undefined> {
      await gate.opened;
      await tellSurely(message, message.id, text);
      chat.end({ state: "final", text });
      await settle(message.id, "done", { status: "ok" });
      runs.finish(message.id, { status: "ok", endedAt: clock.now() });
      return undefined;
    },

    /** Ends a message that its user stopped before its turn came. */
    async endStopped(message: Inbound, chat: ChatStream, gate: Gate): Promise<undefined> {
      await gate.opened;
      chat.end({ state: "aborted", stopReason: "stop" });
      await settle(message.id, "aborted", { status: "ok" });
      runs.finish(message.id, { status: "error", endedAt: clock.now(), error: "aborted", stopReason: "stop" });
      return undefined;
    },

    /** A turn that ended the process three times is closed; each chat is told of the messages that came from it. */
    async giveUp(message: Inbound, parts: readonly Inbound[], chat: ChatStream): Promise<void> {
      const { id, sessionKey } = message;
      log.error(`run ${id} was given up after ${maxAttempts} interrupted attempts`, { sessionKey });
      const text = givenUpText([...parts, message]);
      try {
        // A crash right after this finds the note there.
        if (conversations.lastText(sessionKey) !== text) conversations.note(sessionKey, text);
      } catch (error) {
        log.error(`session ${sessionKey} could not be told of it`, { error: String(error) });
      }
      const byChat = Map.groupBy([...parts, message], chatKey);
      for (const [index, own] of [...byChat.values()].entries()) {
        await tellSurely(own.at(-1) ?? message, index === 0 ? id : `${id}/given-up-${index}`, givenUpText(own));
      }
      chat.end({ state: "error", errorMessage: text });
      await settle(id, "given-up", { status: "error", summary: text });
      runs.finish(id, { status: "error", endedAt: clock.now(), error: text });
    },
  };
}

/** What is said of a command that a restart cut off and that must not be carried out twice. */
export function interruptedText(message: Inbound): string {
  return `⚠️ The Gateway was restarted while it carried out “${quoted(message)}”, so what came of it is not known. Send it again to repeat it.`;
}

function givenUpText(messages: readonly Inbound[]): string {
  const texts = messages.map((message) => `“${quoted(message)}”`).join(", ");
  const [what, again] = messages.length > 1 ? ["These messages were", "Send them"] : ["This message was", "Send it"];
  return `⚠️ ${what} given up after ${maxAttempts} attempts, each of which was interrupted: ${texts}. ${again} again to retry.`;
}

function quoted({ text }: Inbound): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > quotedChars ? `${line.slice(0, quotedChars)}…` : line;
}
