import { z } from "zod";
import type { SlackApi } from "./connection/slack-api.ts";
import { type WireChannel, type WireUser, wireChannel, wireUser } from "./inbound/wire.ts";

const next = z.object({ next_cursor: z.string().optional() }).optional();
const userPage = z.object({ members: z.array(wireUser).default([]), response_metadata: next });
const channelPage = z.object({ channels: z.array(wireChannel).default([]), response_metadata: next });
const pageSize = 200;
/** Beyond so many pages names are not looked for: large workspaces allow few requests a minute. */
const maxPages = 25;

/** Everybody in the workspace, as the token may see them. @throws ChannelError with what Slack says */
export async function listUsers(api: Pick<SlackApi, "read">): Promise<WireUser[]> {
  const found: WireUser[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await api.read(userPage, "users.list", { limit: pageSize, ...(cursor ? { cursor } : {}) });
    found.push(...answer.members);
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return found;
}

/** The channels the token may see. @throws ChannelError with what Slack says */
export async function listChannels(api: Pick<SlackApi, "read">): Promise<WireChannel[]> {
  const found: WireChannel[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await api.read(channelPage, "conversations.list", {
      types: "public_channel,private_channel",
      limit: pageSize,
      ...(cursor ? { cursor } : {}),
    });
    found.push(...answer.channels);
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  return found;
}
