import { ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Upload } from "../connection/discord-api.ts";
import { readUpload } from "../outbound/read-upload.ts";
import { type ActionCall, type ActionTable, guildOf, idsParam, readParams, textParam } from "./params.ts";

const kilobyte = 1024;
const emojiTypes = ["image/png", "image/jpeg", "image/gif"];
const stickerTypes = ["image/png", "image/apng", "application/json"];

/** A guild's own emojis and stickers. */
export const uploadActions: ActionTable = {
  async "emoji-upload"(call) {
    const { emojiName, name, roleIds } = readParams(
      call,
      z.object({ emojiName: textParam.optional(), name: textParam.optional(), roleIds: idsParam.optional() }),
    );
    const wanted = emojiName ?? name;
    if (wanted === undefined) throw new ChannelError("refused", "Discord emoji-upload: emojiName required");
    const file = await fileOf(call, { maxBytes: 256 * kilobyte, types: emojiTypes, shown: "png, jpg or gif" });
    const image = `data:${file.contentType};base64,${Buffer.from(file.data).toString("base64")}`;
    const emoji = await call.bot.api.call("POST", `/guilds/${await guildOf(call)}/emojis`, {
      body: { name: wanted, image, ...(roleIds === undefined ? {} : { roles: roleIds }) },
    });
    return { ok: true, emoji };
  },

  async "sticker-upload"(call) {
    const { stickerName, name, stickerDesc, description, stickerTags, tags } = readParams(
      call,
      z.object({
        stickerName: textParam.optional(),
        name: textParam.optional(),
        stickerDesc: z.string().optional(),
        description: z.string().optional(),
        stickerTags: z.string().optional(),
        tags: z.string().optional(),
      }),
    );
    const wanted = stickerName ?? name;
    if (wanted === undefined) throw new ChannelError("refused", "Discord sticker-upload: stickerName required");
    const file = await fileOf(call, { maxBytes: 512 * kilobyte, types: stickerTypes, shown: "png, apng or lottie" });
    const sticker = await call.bot.api.call("POST", `/guilds/${await guildOf(call)}/stickers`, {
      body: {
        name: wanted,
        description: stickerDesc ?? description ?? "",
        tags: stickerTags ?? tags ?? wanted,
      },
      files: [file],
      formData: true,
    });
    return { ok: true, sticker };
  },
};

async function fileOf(
  { bot, action }: ActionCall,
  limits: { maxBytes: number; types: readonly string[]; shown: string },
): Promise<Upload & { contentType: string }> {
  if (action.media === undefined) throw new ChannelError("refused", `Discord ${action.action}: media required`);
  const { fetch, signal } = bot.context;
  const file = await readUpload(action.media, { fetch, signal });
  if (file.data.byteLength > limits.maxBytes) {
    throw new ChannelError(
      "media_too_large",
      `Discord ${action.action}: ${file.name} is larger than ${limits.maxBytes / kilobyte} KB`,
    );
  }
  if (file.contentType === undefined || !limits.types.includes(file.contentType)) {
    throw new ChannelError("refused", `Discord ${action.action}: ${file.name} is not ${limits.shown}`);
  }
  return { ...file, contentType: file.contentType };
}
