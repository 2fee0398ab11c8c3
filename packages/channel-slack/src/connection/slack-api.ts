import type { ChannelLog } from "@openclaw/plugin-sdk";
import { type FetchFunction, type Logger, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import type { z } from "zod";
import type { SlackAccount } from "../account/slack-account.ts";
import { toChannelError } from "./slack-error.ts";

/** A request that takes longer has failed, ms. */
const REQUEST_MS = 30_000;
/** A name that is not known by then is left out: Slack waits three seconds for an event to be acknowledged. */
const LOOK_UP_MS = 1000;
/** Requests on their way at a stop have this long to arrive, ms; then they are broken off. */
const LAST_REQUESTS_MS = 700;

/** The Web API, as one account may use it. */
export interface SlackApi {
  /**
   * Calls a method and reads its answer. Writes go as the bot.
   * @throws ChannelError with what Slack calls the problem
   */
  call<T>(schema: z.ZodType<T>, method: string, args?: Record<string, unknown>): Promise<T>;
  /** Sends files, which takes several requests. @throws ChannelError with what Slack calls the problem */
  upload(files: Parameters<WebClient["filesUploadV2"]>[0]): Promise<unknown>;
  /** The same as `call` for reading, as the person whose token is configured, if there is one. */
  read<T>(schema: z.ZodType<T>, method: string, args?: Record<string, unknown>): Promise<T>;
  /** Asks once and briefly for something that can be done without; undefined when there was no answer. */
  lookUp<T>(schema: z.ZodType<T>, method: string, args?: Record<string, unknown>): Promise<T | undefined>;
  /** From now on only `close` ends what is asked: messages on their way at a stop may still arrive. */
  started(): void;
  /** Lets the requests on their way arrive, briefly, and breaks off what is left. */
  close(): Promise<void>;
}

export function createSlackApi(
  account: Pick<SlackAccount, "apiUrl" | "userToken" | "settings"> & { botToken: string },
  log: ChannelLog,
  signal: AbortSignal,
): SlackApi {
  const ended = new AbortController();
  const running = new Set<Promise<unknown>>();
  // While the account starts, an abort ends what is asked; later `close` does.
  const breakOff = () => ended.abort();
  signal.addEventListener("abort", breakOff, { once: true });

  const request: FetchFunction = (url, init = {}) =>
    fetch(url, {
      ...init,
      signal: init.signal === undefined ? ended.signal : AbortSignal.any([init.signal, ended.signal]),
    });
  const options: WebClientOptions = {
    slackApiUrl: account.apiUrl,
    fetch: request,
    logger: libraryLogger(log),
    timeout: REQUEST_MS,
    // The host waits what Slack asks for, and sends again in order.
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 2, factor: 2, minTimeout: 500, maxTimeout: 3000, randomize: true },
  };
  const client = new WebClient(account.botToken, options);
  const hasty = new WebClient(account.botToken, { ...options, timeout: LOOK_UP_MS, retryConfig: { retries: 0 } });
  const reader = account.userToken === undefined ? client : new WebClient(account.userToken, options);

  const tracked = async <T>(what: string, work: Promise<T>): Promise<T> => {
    running.add(work);
    try {
      return await work;
    } catch (error) {
      throw toChannelError(error, what);
    } finally {
      running.delete(work);
    }
  };
  const callWith = async <T>(
    by: WebClient,
    schema: z.ZodType<T>,
    method: string,
    args: Record<string, unknown> = {},
  ): Promise<T> => schema.parse(await tracked(method, by.apiCall(method, args)));

  return {
    call: (schema, method, args) => callWith(client, schema, method, args),
    read: (schema, method, args) => callWith(reader, schema, method, args),
    upload: (files) => tracked("files.uploadV2", client.filesUploadV2(files)),
    async lookUp(schema, method, args) {
      try {
        return await callWith(hasty, schema, method, args);
      } catch (error) {
        log.debug(`not looked up: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    },
    started: () => signal.removeEventListener("abort", breakOff),
    async close() {
      const idle = Promise.allSettled(running);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        idle,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, LAST_REQUESTS_MS);
        }),
      ]);
      clearTimeout(timer);
      signal.removeEventListener("abort", breakOff);
      ended.abort();
    },
  };
}

/** The library's lines in the log. What it says at the level `debug` holds the texts of messages: that stays unsaid. */
export function libraryLogger(log: ChannelLog): Logger {
  const text = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" ");
  return {
    debug() {},
    info: (...parts) => log.debug(text(parts)),
    warn: (...parts) => log.debug(text(parts)),
    error: (...parts) => log.warn(text(parts)),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}
