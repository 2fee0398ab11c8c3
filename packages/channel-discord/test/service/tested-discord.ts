import type { Sent, TestedService } from "@openclaw/channel-testkit";
import { discordChannel } from "../../src/index.ts";
import { type ApiCall, type DiscordService, isRecord, startDiscordService } from "./discord-service.ts";

export const owner = "200000000000000001";
export const stranger = "200000000000000002";
export const otherChannel = "135000000000000020";

const isSend = ({ method, path }: ApiCall) => method === "POST" && /^\/channels\/\d+\/messages$/.test(path);
/** A message that Discord took. */
export const isSent = (call: ApiCall) => isSend(call) && call.status >= 200 && call.status < 300;

/** The channel with Discord on this machine, as the contract suite wants it. */
export async function openTestedDiscord(): Promise<TestedService & { discord: DiscordService }> {
  const discord = await startDiscordService();
  const { botUserId, botToken, fixture } = discord.manifest;
  const direct = new Map([
    [owner, await discord.directChannel(owner)],
    [stranger, await discord.directChannel(stranger)],
  ]);
  const directChannel = (from: string) => direct.get(from) ?? "";

  return {
    discord,
    channel: discordChannel,
    section: { token: botToken, retry: { minDelayMs: 10, maxDelayMs: 200 } },
    env: { OPENCLAW_DISCORD_API_URL: discord.apiUrl },
    people: { owner, stranger },
    groups: { main: fixture.channelId, other: otherChannel },
    rules: {
      direct: ({ policy, allowFrom }) => ({ dm: { policy, allowFrom } }),
      groups: (names, { requireMention }) => ({
        groupPolicy: "allowlist",
        guilds: {
          [fixture.guildId]: { requireMention, channels: Object.fromEntries(names.map((name) => [name, {}])) },
        },
      }),
    },
    chatOf: ({ from, group }) => group ?? directChannel(from),
    async write({ from, group, text, mention, image }) {
      const content = mention ? `<@${botUserId}> ${text}` : text;
      if (content.length > 2000) {
        const id = nextId();
        discord.emit("MESSAGE_CREATE", {
          id,
          channel_id: group ?? directChannel(from),
          author: { id: from, username: "somebody" },
          content,
          timestamp: new Date().toISOString(),
          type: 0,
        });
        return id;
      }
      if (image === undefined) {
        return discord.write({
          from,
          channelId: group ?? directChannel(from),
          content,
          ...(group === undefined ? {} : { guildId: fixture.guildId }),
        });
      }
      const id = nextId();
      const url = discord.serveFile(`${id}-${image.fileName}`, image);
      discord.emit("MESSAGE_CREATE", {
        id,
        channel_id: group ?? directChannel(from),
        ...(group === undefined ? {} : { guild_id: fixture.guildId }),
        author: { id: from, username: `user-${from.slice(-1)}` },
        content,
        timestamp: new Date().toISOString(),
        type: 0,
        mentions: mention ? [{ id: botUserId, username: "crabline", bot: true }] : [],
        attachments: [
          { id: nextId(), filename: image.fileName, url, size: image.data.byteLength, content_type: image.mimeType },
        ],
      });
      return id;
    },
    async repeat(id) {
      discord.repeat(id);
    },
    nextSent: async () => toSent(await discord.next(isSent)),
    untaken: () => discord.untaken(isSent).map(toSent),
    refuse(times, { retryAfterMs = 0 }) {
      discord.answer(
        isSend,
        { status: 429, body: { message: "slow down", retry_after: retryAfterMs / 1000, global: false } },
        times,
      );
    },
    drop: () => discord.drop(),
    outage() {
      const { promise: refused, resolve } = Promise.withResolvers<void>();
      let down = true;
      discord.answer(
        ({ path }) => down && path === "/gateway/bot",
        () => {
          resolve();
          return { status: 502, body: {} };
        },
      );
      return {
        refused,
        end() {
          down = false;
        },
      };
    },
    async garble() {
      for (const data of [null, 7, [], {}, { id: 5, author: null }]) discord.emit("MESSAGE_CREATE", data);
      discord.emit("INTERACTION_CREATE", { id: 1 });
      discord.emit("NEVER_HEARD_OF", { anything: true });
    },
    connected: () => discord.connected(),
    close: () => discord.close(),
  };
}

export function toSent({ path, body, files }: ApiCall): Sent {
  const message = isRecord(body) ? body : {};
  const reference = isRecord(message.message_reference) ? message.message_reference.message_id : undefined;
  return {
    chat: path.split("/")[2] ?? "",
    text: typeof message.content === "string" ? message.content : "",
    files,
    ...(typeof reference === "string" ? { replyTo: reference } : {}),
  };
}

let last = 300_000_000_000_000_000n;
/** An id no other message has. */
export function nextId(): string {
  last += 1n;
  return String(last);
}
