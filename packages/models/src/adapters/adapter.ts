import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { CredentialSource } from "../credentials/request-credential.ts";
import type { HttpExchange } from "../http-exchange.ts";
import type { ModelInfo } from "../model-info.ts";
import type { ModelParams } from "../model-params.ts";
import type { CompatConfig } from "../models-config.ts";
import type { ThinkingLevel } from "../thinking-level.ts";
import { parseThinkingLevel } from "../thinking-level.ts";

/** Everything an adapter needs to know to call one model. */
export interface ModelSetup {
  readonly info: ModelInfo;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Asked before every request. */
  readonly credential: CredentialSource;
  /** How a key travels: undefined = as the API kind does it, true = as a bearer token too, false = never as one. */
  readonly authHeader?: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly compat: CompatConfig;
  readonly params: ModelParams;
  readonly streaming: boolean;
  readonly exchange: HttpExchange;
  /** The same for libraries that want a `fetch`. */
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where AWS credentials are looked for. */
  readonly env: NodeJS.ProcessEnv;
}

/** Makes a callable model. One adapter serves one API kind. */
export type Adapter = (setup: ModelSetup) => LanguageModelV4 | Promise<LanguageModelV4>;

/** Longest answer asked for when nobody says how long it may be. */
const usualMaxTokens = 32_000;

/** Tokens the answer may have, reasoning not counted: the caller's wish, else the configured cap, else the usual. */
export function answerTokens(setup: ModelSetup, options: LanguageModelV4CallOptions): number {
  const wanted = options.maxOutputTokens ?? setup.params.maxTokens ?? usualMaxTokens;
  return Math.max(1, Math.min(wanted, setup.info.maxTokens));
}

/**
 * The thinking level of a call: `providerOptions.openclaw.thinking`, else the call's `reasoning` option.
 * Undefined when the call names none.
 */
export function requestedThinking(options: LanguageModelV4CallOptions): ThinkingLevel | undefined {
  const named = options.providerOptions?.openclaw?.thinking;
  if (typeof named === "string") return parseThinkingLevel(named);
  switch (options.reasoning) {
    case undefined:
    case "provider-default":
      return undefined;
    case "none":
      return "off";
    case "max":
      return "xhigh";
    case "minimal":
    case "low":
    case "medium":
    case "high":
    case "xhigh":
      return options.reasoning;
  }
}

/** The session a call belongs to, `providerOptions.openclaw.sessionId`. */
export function sessionOf(options: LanguageModelV4CallOptions): string | undefined {
  const id = options.providerOptions?.openclaw?.sessionId;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** True when the URL's host is exactly this one. */
export function isHost(url: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === host;
}
