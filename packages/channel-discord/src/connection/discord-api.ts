import { REST, type RESTOptions, RequestMethod, type ResponseLike } from "@discordjs/rest";
import { ChannelError, retry, retryAfterOf } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { DiscordAccount } from "../account/discord-account.ts";
import { toChannelError } from "./discord-error.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Upload {
  name: string;
  data: Uint8Array;
  contentType?: string | undefined;
}

export interface ApiRequest {
  body?: unknown;
  /** Sent as `files[n]`, unless `formData` names the only one. */
  files?: readonly Upload[];
  /** The file stands as `file` beside the body's keys, as stickers are uploaded. */
  formData?: boolean;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** For the guild's audit log. */
  reason?: string | undefined;
  signal?: AbortSignal | undefined;
  /** False for interaction tokens, which are their own authorisation. */
  auth?: boolean;
}

/** Discord's REST interface with the account's token. */
export interface DiscordApi {
  /** The library's own client, for its Gateway connection. */
  readonly rest: REST;
  /** @throws ChannelError that says what Discord refused, and whether trying again helps */
  call(method: Method, route: `/${string}`, request?: ApiRequest): Promise<unknown>;
  /** The same, with the answer in the shape that is expected. @throws ChannelError for another shape */
  get<T>(shape: z.ZodType<T>, route: `/${string}`, request?: ApiRequest): Promise<T>;
  close(): void;
}

/** Longest wait for one answer, ms; uploads of files take a while on slow lines. */
const answerTimeoutMs = 60_000;

/**
 * Opens it. The library keeps to the buckets Discord announces; a 429 that comes all the same is tried again as `retry`
 * says, and nothing else is, because only then Discord has certainly done nothing.
 */
export function createDiscordApi(
  account: Pick<DiscordAccount, "apiUrl" | "settings"> & { token: string },
  options: { signal: AbortSignal; fetch?: typeof fetch; wait?: (ms: number, signal?: AbortSignal) => Promise<void> },
): DiscordApi {
  const { attempts, minDelayMs, maxDelayMs, jitter } = account.settings.retry;
  const request = options.fetch ?? fetch;

  const patient: typeof fetch = (input, init) =>
    retry(
      async () => {
        const signals = [options.signal, AbortSignal.timeout(answerTimeoutMs), ...(init?.signal ? [init.signal] : [])];
        const response = await request(input, { ...init, signal: AbortSignal.any(signals) });
        if (response.status !== 429) return response;
        throw new ChannelError("rate_limited", "Discord asks for a pause", {
          retryAfterMs: await askedPause(response),
        });
      },
      {
        attempts,
        baseMs: minDelayMs,
        maxMs: maxDelayMs,
        jitter,
        maxRetryAfterMs: maxDelayMs,
        shouldRetry: (error) => error instanceof ChannelError && error.code === "rate_limited",
        retryAfterMs: retryAfterOf,
        signal: options.signal,
        ...(options.wait === undefined ? {} : { wait: options.wait }),
      },
    );

  const rest = new REST({
    api: account.apiUrl,
    version: "10",
    retries: 0,
    // Waiting for a pause counts as part of one request here.
    timeout: answerTimeoutMs + attempts * maxDelayMs,
    makeRequest: async (url, init) => responseParts(await patient(url, requestInit(init))),
  }).setToken(account.token);

  const call: DiscordApi["call"] = async (method, route, { query, files, formData, ...more } = {}) => {
    try {
      return await rest.request({
        fullRoute: route,
        method: methods[method],
        ...(query === undefined ? {} : { query: searchParams(query) }),
        ...(files === undefined
          ? {}
          : {
              files: files.map(({ contentType, name, data }) => ({
                name,
                data,
                ...(contentType === undefined ? {} : { contentType }),
                ...(formData ? { key: "file" } : {}),
              })),
              ...(formData ? { appendToFormData: true } : {}),
            }),
        ...more,
      });
    } catch (error) {
      const problem = toChannelError(error);
      // The library forgets a token that was refused, and then fails in words of its own.
      if (problem.code === "invalid_credentials") rest.setToken(account.token);
      throw problem;
    }
  };

  return {
    rest,
    call,
    async get(shape, route, more) {
      const parsed = shape.safeParse(await call("GET", route, more));
      if (parsed.success) return parsed.data;
      throw new ChannelError(
        "unavailable",
        `Discord answered ${route} in a shape that is not known: ${parsed.error.message}`,
      );
    },
    close() {
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
    },
  };
}

const methods: Readonly<Record<Method, RequestMethod>> = {
  GET: RequestMethod.Get,
  POST: RequestMethod.Post,
  PUT: RequestMethod.Put,
  PATCH: RequestMethod.Patch,
  DELETE: RequestMethod.Delete,
};

const pauseBody = z.object({ retry_after: z.number().min(0) });

/** What Discord says in a 429, ms. */
async function askedPause(response: Response): Promise<number> {
  const body = pauseBody.safeParse(await response.json().catch(() => undefined));
  const seconds = body.success ? body.data.retry_after : Number(response.headers.get("retry-after") ?? 1);
  return Math.ceil((Number.isFinite(seconds) ? seconds : 1) * 1000);
}

/** The library describes requests in the words of its own HTTP client; these are the parts that both have. */
function requestInit(init: Parameters<RESTOptions["makeRequest"]>[1]): RequestInit {
  const { body, headers, method, signal } = init;
  const known = typeof body === "string" || body instanceof FormData ? { body } : {};
  return {
    ...known,
    ...(method === undefined ? {} : { method }),
    ...(signal ? { signal } : {}),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
  };
}

/** The same for answers: its types know another kind of stream. Bodies are read as a whole. */
function responseParts(response: Response): ResponseLike {
  const { ok, status, statusText, headers, bodyUsed } = response;
  return {
    ok,
    status,
    statusText,
    headers,
    bodyUsed,
    body: null,
    json: () => response.json(),
    text: () => response.text(),
    arrayBuffer: () => response.arrayBuffer(),
  };
}

function searchParams(query: NonNullable<ApiRequest["query"]>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
