import { type CommandReply, type CommandRequest, say } from "./command-request.ts";

/** Moves where a session's replies go. */
export interface Docks {
  /** Sends the session's replies to the peer its sender has on a channel; false when no identity link names one. */
  move(request: CommandRequest, channel: string): boolean;
}

/** `/dock-<channel>`: further replies of this session go to that channel. */
export function dockCommand(channel: string, request: CommandRequest, docks: Docks): CommandReply {
  return docks.move(request, channel)
    ? say(`✅ Replies now go to ${channel}.`)
    : say(`⚠️ No linked identity for ${channel}.`);
}
