import {
  type Channel,
  type InboundChat,
  type InboundSender,
  readGroupRules,
  stripMentions,
} from "@openclaw/plugin-sdk";
import { z } from "zod";
import { foreignRuntime } from "./adapt-login.ts";
import { defined } from "./defined.ts";
import type { ForeignPart } from "./foreign-parts.ts";

const texts = z.array(z.string()).catch([]);

/** Who is who on a channel of the reference release, how its groups are treated, and what counts as a mention. */
export function adaptGroups(
  id: string,
  part: (name: string) => ForeignPart,
  config: () => Readonly<Record<string, unknown>>,
): Pick<Channel, "access" | "groupHint" | "withoutMentions"> {
  const pairing = part("pairing");
  const groups = part("groups");
  const mentions = part("mentions");
  const place = (chat: InboundChat, accountId: string, sender?: InboundSender) =>
    defined({
      cfg: config(),
      accountId,
      groupId: chat.peerId ?? chat.id,
      groupChannel: chat.handle,
      groupSpace: chat.space?.id,
      senderId: sender?.id,
      senderName: sender?.name,
      senderUsername: sender?.username,
      senderE164: sender?.e164,
    });
  const idLabel = pairing.value("idLabel");
  return {
    access: {
      ...(typeof idLabel === "string" ? { idLabel, idLine: (senderId: string) => `Your ${idLabel}: ${senderId}` } : {}),
      ...(pairing.has("normalizeAllowEntry")
        ? {
            normalizeEntry: (entry: string) =>
              z.coerce.string().catch(entry).parse(pairing.call("normalizeAllowEntry", entry)).trim(),
          }
        : {}),
      ...(pairing.has("notifyApproval")
        ? {
            async approved(senderId, log) {
              await pairing.call("notifyApproval", { cfg: config(), id: senderId, runtime: foreignRuntime(id, log) });
            },
          }
        : {}),
      ...(part("commands").value("enforceOwnerForCommands") === true ? { ownersOnly: true } : {}),
      group(section, chat, sender, accountId) {
        const rules = readGroupRules(section, chat);
        const requireMention = groups.call("resolveRequireMention", place(chat, accountId, sender));
        const tools = groups.call("resolveToolPolicy", place(chat, accountId, sender));
        return {
          ...rules,
          ...(typeof requireMention === "boolean" ? { requireMention } : {}),
          ...(tools === undefined || tools === null ? {} : { toolRules: [{ all: tools }] }),
        };
      },
    },
    groupHint(chat, accountId) {
      const hint = groups.call("resolveGroupIntroHint", place(chat, accountId));
      return typeof hint === "string" && hint.trim() !== "" ? hint.trim() : undefined;
    },
    withoutMentions(text) {
      const sources = texts.parse(mentions.call("stripPatterns", { ctx: {}, cfg: config() }));
      const bare = stripMentions(text, patternsOf(sources));
      const own = mentions.call("stripMentions", { text: bare, ctx: {}, cfg: config() });
      return typeof own === "string" ? own : bare;
    },
  };
}

/** Sources that are no patterns are left out. */
function patternsOf(sources: readonly string[]): RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [new RegExp(source, "gi")];
    } catch {
      return []; // a channel's pattern that does not compile finds nothing
    }
  });
}
