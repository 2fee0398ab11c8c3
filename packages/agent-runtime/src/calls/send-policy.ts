import { type Sessions, sendPolicyFor } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";

/** The text for what `session.sendPolicy` or the session itself forbids. */
export const sendDeniedText = "send blocked by session policy";

/** Whether nothing may be sent in a session. */
export function isSendDenied(config: RuntimeConfig, sessions: Sessions, key: string): boolean {
  const entry = sessions.get(key);
  const channel = entry?.channel ?? entry?.lastChannel;
  return (
    sendPolicyFor(config.session?.sendPolicy, {
      key,
      ...(channel === undefined ? {} : { channel }),
      ...(entry?.chatType === undefined ? {} : { chatType: entry.chatType }),
      ...(entry?.sendPolicy === undefined ? {} : { override: entry.sendPolicy }),
    }) === "deny"
  );
}
