import { ChannelError, type FetchedMedia } from "@openclaw/plugin-sdk";
import { writingToken } from "../account/slack-account.ts";
import type { Bot } from "../bot.ts";

const maxRedirects = 3;
const slackHosts = ["slack.com", "slack-edge.com", "slack-files.com"];

/**
 * Fetches a file of a message with the bot's token, which goes to hosts of Slack alone.
 * @throws ChannelError `media_too_large` beyond `maxBytes`, `refused` for a file that is not Slack's or not given out
 */
export async function fetchFile(
  { context }: Pick<Bot, "context">,
  ref: string,
  limits: { maxBytes: number; signal: AbortSignal },
): Promise<FetchedMedia> {
  const { account, fetch: guardedFetch } = context;
  const standIn = account.apiUrl === "https://slack.com/api/" ? undefined : new URL(account.apiUrl).origin;
  if (!URL.canParse(ref)) throw new ChannelError("refused", "the file has no address");
  let address = new URL(ref);
  if (!isSlack(address, standIn)) throw new ChannelError("refused", `${address.hostname} is no host of Slack`);

  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const own = isSlack(address, standIn);
    // A stand-in on this machine is the one private address that is asked.
    const request = address.origin === standIn ? fetch : guardedFetch;
    const response = await request(address.href, {
      signal: limits.signal,
      redirect: "manual",
      ...(own ? { headers: { authorization: `Bearer ${writingToken(account) ?? ""}` } } : {}),
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return given(response, limits.maxBytes);
    void response.body?.cancel();
    address = new URL(location, address);
  }
  throw new ChannelError("refused", "Slack sends from one address of the file to the next");
}

function given(response: Response, maxBytes: number): FetchedMedia {
  const type = response.headers.get("content-type")?.split(";")[0];
  if (!response.ok) {
    void response.body?.cancel();
    throw new ChannelError(
      response.status >= 500 ? "unavailable" : "refused",
      `Slack does not give out the file: HTTP ${response.status}`,
    );
  }
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    void response.body?.cancel();
    throw tooLarge(maxBytes);
  }
  return {
    body: response.body === null ? new Uint8Array() : counted(response.body, maxBytes),
    ...(type === undefined ? {} : { mimeType: type }),
  };
}

async function* counted(body: ReadableStream<Uint8Array>, maxBytes: number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function isSlack(address: URL, standIn: string | undefined): boolean {
  if (address.origin === standIn) return true;
  return (
    address.protocol === "https:" &&
    slackHosts.some((host) => address.hostname === host || address.hostname.endsWith(`.${host}`))
  );
}

function tooLarge(maxBytes: number): ChannelError {
  return new ChannelError("media_too_large", `the file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`);
}
