import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";

const queue = () => {
  const mode = t.choice("steer", "followup", "collect", "steer-backlog", "steer+backlog", "queue", "interrupt");
  return z.strictObject({
    mode,
    byChannel: z
      .strictObject({
        whatsapp: mode,
        telegram: mode,
        discord: mode,
        slack: mode,
        mattermost: mode,
        signal: mode,
        imessage: mode,
        msteams: mode,
        webchat: mode,
      })
      .optional(),
    debounceMs: t.intFrom0,
    debounceMsByChannel: t.numMap,
    cap: t.intAbove0,
    drop: t.choice("old", "new", "summarize"),
  });
};

/** `messages`: how messages are joined, acknowledged and spoken. */
export const messagesSection = (f: Fragments) =>
  z.strictObject({
    messagePrefix: t.str,
    responsePrefix: t.str,
    groupChat: t.later(f.groupChat),
    queue: t.later(queue),
    inbound: z.strictObject({ debounceMs: t.intFrom0, byChannel: t.numMap }).optional(),
    ackReaction: t.str,
    ackReactionScope: t.option("group-mentions", "group-all", "direct", "all"),
    removeAckAfterReply: t.flag,
    tts: t.later(f.tts),
  });

/** `commands`: which slash commands exist and who may use them. */
export const commandsSection = () =>
  z.strictObject({
    native: t.flagOrAuto,
    nativeSkills: t.flagOrAuto,
    text: t.flag,
    bash: t.flag,
    bashForegroundMs: t.intBetween(0, 30_000),
    config: t.flag,
    debug: t.flag,
    restart: t.flag,
    useAccessGroups: t.flag,
    ownerAllowFrom: t.idList,
  });

/** `approvals`: where questions about running programs are asked. */
export const approvalsSection = () =>
  z.strictObject({
    exec: z
      .strictObject({
        enabled: t.flag,
        mode: t.choice("session", "targets", "both"),
        agentFilter: t.strList,
        sessionFilter: t.strList,
        targets: t.listOf(
          z.strictObject({
            channel: t.mustFilled,
            to: t.mustFilled,
            accountId: t.str,
            threadId: z.union([z.string(), z.number()]).optional(),
          }),
        ),
      })
      .optional(),
  });

/** `session`: which messages share a conversation, and when it starts afresh. */
export const sessionSection = (f: Fragments) => {
  const reset = f.reset().optional();
  return z.strictObject({
    scope: t.choice("per-sender", "global"),
    dmScope: t.choice("main", "per-peer", "per-channel-peer", "per-account-channel-peer"),
    identityLinks: t.mapOf(z.array(z.string())),
    resetTriggers: t.strList,
    idleMinutes: t.intAbove0,
    heartbeatIdleMinutes: t.intAbove0,
    reset,
    resetByType: z.strictObject({ direct: reset, dm: reset, group: reset, thread: reset }).optional(),
    resetByChannel: t.laterMap(f.reset),
    store: t.str,
    typingIntervalSeconds: t.intAbove0,
    typingMode: t.typingMode,
    mainKey: t.str,
    sendPolicy: t.later(f.scope),
    agentToAgent: z.strictObject({ maxPingPongTurns: t.intBetween(0, 5) }).optional(),
  });
};
