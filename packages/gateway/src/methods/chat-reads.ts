import { shownText } from "@openclaw/agent-runtime";
import { chatHistoryMessages, transcriptMessages } from "@openclaw/sessions";
import { commandMethods } from "./commands.ts";
import type { HandlersOf } from "./handler.ts";
import { listedModels } from "./listed-models.ts";
import type { MethodContext } from "./method-context.ts";

/** What protocol 4 lets clients read of conversations piece by piece. */
export function chatReadMethods(
  gateway: MethodContext,
): HandlersOf<"chat.metadata" | "chat.message.get" | "sessions.get"> {
  const { conversations, sessions, configStore, models } = gateway;
  const commands = commandMethods(gateway)["commands.list"];

  return {
    async "chat.metadata"({ sessionKey, agentId }, context) {
      const owner =
        sessionKey === undefined ? agentId : conversations.agentOf(conversations.canonicalKey(sessionKey, agentId));
      const listed = await commands({ agentId: owner } as never, context);
      return {
        models: await listedModels(models, configStore.snapshot().config, context.session),
        ...(listed as object),
      } as never;
    },

    async "chat.message.get"({ sessionKey, agentId, messageId, maxChars }) {
      const { key, entry } = sessions.locate(conversations.canonicalKey(sessionKey, agentId));
      const file = entry?.sessionId ? sessions.transcriptPath(key) : undefined;
      const found = file === undefined ? undefined : await messageOf(file, messageId);
      const [message] =
        found === undefined
          ? []
          : chatHistoryMessages([{ kind: "message", timestamp: "", ...found }], { maxChars, assistantText: shownText });
      if (message === undefined) return { ok: false as const, unavailableReason: "not_found" as const };
      const isOwn = message.role === "assistant";
      return { ok: true as const, message: isOwn ? conversations.shown(key, message) : message };
    },

    "sessions.get"({ key, limit }, { session }) {
      const { messages } = conversations.history({ sessionKey: key, limit }, session.protocol);
      return { messages };
    },
  };
}

async function messageOf(file: string, id: string) {
  for await (const found of transcriptMessages(file)) if (found.id === id) return found;
  return undefined;
}
