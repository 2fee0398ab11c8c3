import type { IncomingMessage } from "node:http";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { ChannelError, type FetchedMedia } from "@openclaw/plugin-sdk";
import { isRefusal, toChannelError } from "../api/api-error.ts";
import type { BotApi } from "../api/bot-api.ts";

/** Bots get no larger files than this from the service, bytes: https://core.telegram.org/bots/api#getfile */
const DOWNLOAD_BYTES = 20 * 1024 * 1024;

/**
 * Fetches a file by its id.
 * @throws ChannelError `media_too_large` beyond `maxBytes`, or beyond the 20 MB that bots may fetch at all
 */
export async function fetchMedia(
  bot: Pick<BotApi, "api" | "agent" | "fileUrl">,
  fileId: string,
  limits: { maxBytes: number; signal: AbortSignal },
): Promise<FetchedMedia> {
  const { maxBytes, signal } = limits;
  const file = await bot.api.raw.getFile({ file_id: fileId }).catch((error: unknown) => {
    if (isRefusal(error, /file is too big/i)) throw tooLarge(Math.min(maxBytes, DOWNLOAD_BYTES));
    throw toChannelError(error);
  });
  if ((file.file_size ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (!file.file_path) throw new ChannelError("refused", "Telegram getFile returned no path for the file");
  const response = await get(bot.fileUrl(file.file_path), bot.agent, signal);
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.resume();
    const code = statusCode >= 500 || statusCode === 429 ? "unavailable" : "refused";
    throw new ChannelError(code, `the download of a Telegram file failed with ${statusCode}`);
  }
  const type = response.headers["content-type"];
  return {
    body: within(response, maxBytes),
    fileName: path.posix.basename(file.file_path),
    ...(type === undefined || type === "application/octet-stream" ? {} : { mimeType: type }),
  };
}

function get(address: string, agent: BotApi["agent"], signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = address.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request(address, { agent, signal }, resolve);
    // The address holds the token, and so may the error.
    asked.once("error", (error) => reject(toChannelError(error)));
    asked.end();
  });
}

async function* within(body: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const part of body) {
    const bytes: Uint8Array = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    size += bytes.byteLength;
    if (size > maxBytes) {
      body.destroy();
      throw tooLarge(maxBytes);
    }
    yield bytes;
  }
}

function tooLarge(maxBytes: number): ChannelError {
  return new ChannelError("media_too_large", `the file is larger than ${Math.round(maxBytes / 1024 / 1024)} MB`, {
    maxBytes,
  });
}
