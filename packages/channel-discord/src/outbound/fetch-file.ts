import { ChannelError, type FetchedMedia } from "@openclaw/plugin-sdk";
import { attachedFiles } from "../inbound/attachments.ts";
import { wireMessage } from "../inbound/wire.ts";
import type { Bot } from "../running/bot.ts";

/**
 * Fetches a file of a message. Its address is looked up anew when it was not seen by this process, or has run out.
 * @throws ChannelError `media_too_large` beyond `maxBytes`, `refused` for a message that is gone
 */
export async function fetchFile(
  bot: Bot,
  ref: string,
  limits: { maxBytes: number; signal: AbortSignal },
): Promise<FetchedMedia> {
  const known = bot.files.get(ref);
  const first = known && (await open(bot, known.url, limits.signal));
  if (known && first?.ok) return limited(first, known, limits.maxBytes);
  const file = await lookUp(bot, ref);
  const response = await open(bot, file.url, limits.signal);
  if (!response.ok) {
    throw new ChannelError(
      response.status >= 500 ? "unavailable" : "refused",
      `Discord does not give out the file ${file.fileName}: HTTP ${response.status}`,
    );
  }
  return limited(response, file, limits.maxBytes);
}

async function lookUp(bot: Bot, ref: string) {
  const [channelId, messageId] = ref.split("/");
  const message = await bot.api.get(wireMessage, `/channels/${channelId}/messages/${messageId}`);
  const file = attachedFiles(message).find((each) => each.ref === ref);
  if (file === undefined) throw new ChannelError("refused", "the message does not have that file any more");
  bot.files.set(ref, file);
  return file;
}

function open(bot: Bot, url: string, signal: AbortSignal): Promise<Response> {
  const { apiUrl } = bot.context.account;
  // Only a stand-in for Discord on this machine gives out files itself; every other address is a stranger's word.
  const request = new URL(url).origin === new URL(apiUrl).origin ? fetch : bot.context.fetch;
  return request(url, { signal });
}

function limited(
  response: Response,
  file: { fileName: string; mimeType: string | undefined },
  maxBytes: number,
): FetchedMedia {
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > maxBytes) {
    void response.body?.cancel();
    throw tooLarge(file.fileName, maxBytes);
  }
  return {
    body: response.body === null ? new Uint8Array() : counted(response.body, file.fileName, maxBytes),
    fileName: file.fileName,
    ...(file.mimeType === undefined ? {} : { mimeType: file.mimeType }),
  };
}

async function* counted(body: ReadableStream<Uint8Array>, name: string, maxBytes: number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(name, maxBytes);
    yield chunk;
  }
}

function tooLarge(name: string, maxBytes: number): ChannelError {
  return new ChannelError("media_too_large", `${name} is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`);
}
