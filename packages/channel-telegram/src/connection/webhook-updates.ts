import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ChannelLog, LiveConnection } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import { errorText, toChannelError } from "../api/api-error.ts";
import type { UpdateIntake } from "../update/update-intake.ts";
import type { UpdateOffset } from "../update/update-offset.ts";
import { updateIdOf } from "../update/update-schema.ts";
import { allowedUpdateTypes } from "./poll-updates.ts";
import { end, type WebhookListener } from "./webhook-listener.ts";

/** Updates are far smaller; whoever sends more is not the service. */
const BODY_BYTES = 1024 * 1024;
const SECRET_HEADER = "x-telegram-bot-api-secret-token";

export interface WebhookOptions {
  api: Pick<Api, "raw">;
  url: string;
  path: string;
  secret: string;
  listener: WebhookListener;
  intake: Pick<UpdateIntake, "take">;
  offset: Pick<UpdateOffset, "save">;
  signal: AbortSignal;
  onUpdate(): void;
  log: ChannelLog;
}

/**
 * Takes updates the service posts, each answered when it is safe on this side: until then the service delivers it again.
 * @throws Error as the host knows it, when the port cannot be opened or the service does not accept the address
 */
export async function receiveWebhook(options: WebhookOptions): Promise<LiveConnection & { stop(): Promise<void> }> {
  const { api, listener, intake, offset, signal, log } = options;
  const close = await listener.serve(options.path, async (request, response) => {
    if (!isSecret(request.headers[SECRET_HEADER], options.secret)) {
      log.warn("a request to the webhook without the right secret was refused");
      return end(response, 401, "unauthorized");
    }
    const raw = await readJson(request);
    if (raw === undefined) return end(response, 400, "not an update");
    try {
      await intake.take(raw);
      const id = updateIdOf(raw);
      if (id !== undefined) await offset.save(id);
    } catch (error) {
      log.error("an update could not be taken; Telegram delivers it again", { error: errorText(error) });
      return end(response, 503, "try again");
    }
    options.onUpdate();
    end(response, 200, "");
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= close();
    return stopped;
  };
  try {
    await api.raw.setWebhook({
      url: options.url,
      secret_token: options.secret,
      allowed_updates: await allowedUpdateTypes(),
    });
  } catch (error) {
    await stop();
    throw toChannelError(error);
  }
  const closed = new Promise<void>((resolve, reject) => {
    const finish = () => void stop().then(resolve, reject);
    if (signal.aborted) finish();
    else signal.addEventListener("abort", finish, { once: true });
  });
  return { closed, stop };
}

function isSecret(given: string | string[] | undefined, secret: string): boolean {
  const wanted = Buffer.from(secret);
  const got = Buffer.from(typeof given === "string" ? given : "");
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    size += bytes.length;
    if (size > BODY_BYTES) return undefined;
    parts.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    return undefined; // told to the sender as 400
  }
}
