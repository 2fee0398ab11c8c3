import type { CommandRequest, Docks } from "@openclaw/agent-runtime/commands";
import type { OpenClawConfig } from "@openclaw/config";
import { type DeliveryContext, type Sessions, sessionKeyRest } from "@openclaw/sessions";

/** Moves a session's replies to another channel, where `session.identityLinks` says who its user is there. */
export function createDocks(options: { sessions: Sessions; config(): OpenClawConfig }): Docks {
  const { sessions, config } = options;
  return {
    move(request, channel) {
      const { sessionKey, place } = request;
      if (channel === place.channel) {
        sessions.update(sessionKey, () => ({ dockedRoute: undefined }));
        return true;
      }
      const to = linkedPeer(config().session?.identityLinks ?? {}, request, channel);
      if (to === undefined) return false;
      const dockedRoute: DeliveryContext = { channel, to, accountId: "default" };
      if (!sessions.get(sessionKey)?.sessionId) sessions.ensure(sessionKey);
      sessions.update(sessionKey, () => ({ dockedRoute }));
      return true;
    },
  };
}

/** The id of the person of this session on a channel. */
function linkedPeer(
  links: Readonly<Record<string, readonly string[]>>,
  { sessionKey, place, sender }: CommandRequest,
  channel: string,
): string | undefined {
  const own = sender.id === undefined ? undefined : `${place.channel}:${sender.id}`.toLowerCase();
  const person = sessionKeyRest(sessionKey).split(":").at(-1)?.toLowerCase();
  const people = Object.entries(links);
  const [, entries] =
    people.find(([, ids]) => ids.some((id) => id.toLowerCase() === own)) ??
    people.find(([name]) => name.toLowerCase() === person) ??
    // The Gateway's own clients belong to its one user.
    (place.channel === "webchat" && people.length === 1 ? people[0] : undefined) ??
    [];
  const prefix = `${channel}:`;
  const found = entries?.find((id) => id.toLowerCase().startsWith(prefix));
  return found?.slice(prefix.length);
}
