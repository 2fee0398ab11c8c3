import { knownChannelIds } from "@openclaw/config";

/** Whether a request may name this channel; `last` means the session's last route. */
export function isKnownChannel(id: string): boolean {
  const wanted = id.trim().toLowerCase();
  return wanted === "last" || wanted === "webchat" || [...knownChannelIds].some((known) => known === wanted);
}
