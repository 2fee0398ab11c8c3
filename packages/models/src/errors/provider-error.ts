import { errorFacts } from "../failure/error-facts.ts";
import { maskSecrets } from "../failure/mask-secrets.ts";
import { retryAfterMs } from "../failure/retry-after.ts";
import { ModelError } from "../model-error.ts";
import type { ModelRef } from "../model-ref.ts";

/** Where a failed call went wrong. */
export type ProviderErrorSource =
  /** Nothing was sent: the reference, the configuration or the credential is at fault. */
  | "setup"
  /** The server could not be reached, or the connection broke. */
  | "network"
  /** The server answered with an error status. */
  | "http"
  /** The server had begun a good answer and ended it with an error. */
  | "stream"
  /** Somebody stopped the call, or its time ran out. */
  | "aborted";

/** One failed model call in the words of its provider, the same for every API kind. What it means is for others to say. */
export interface ProviderError {
  readonly source: ProviderErrorSource;
  readonly provider: string;
  readonly model: string;
  /** HTTP status, or the one a provider names inside its stream. */
  readonly status?: number;
  /** A system code (`ECONNRESET`), the provider's own code, or the code of a {@link ModelError}. */
  readonly code?: string;
  /** The provider's own error type, such as `rate_limit_error` or `RESOURCE_EXHAUSTED`. */
  readonly type?: string;
  /** The provider's words, without secrets, never a raw body. Empty when it said nothing. */
  readonly message: string;
  /** How long the provider wants us to wait, ms. */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Class names of the error and its causes, outermost first: `AbortError`, `TimeoutError`, `AI_APICallError` … */
  readonly names: readonly string[];
  /** The beginning of the answer's body, without secrets; absent for a web page. For logs and for matching, not for people. */
  readonly bodyExcerpt?: string;
  /** The server answered with a web page. */
  readonly html: boolean;
}

/** Longest excerpt of a body, in characters. */
const maxExcerpt = 2000;

/**
 * Reads what failed out of whatever a call threw or its stream carried as an `error` part. Never throws.
 *
 * @param options.now milliseconds since the epoch, for waits that are given as a date
 */
export function readProviderError(error: unknown, ref: ModelRef, options?: { now?: number }): ProviderError {
  const { provider, model } = ref;
  if (error instanceof ModelError) {
    return {
      source: error.code === "incomplete-response" || error.code === "unexpected-response" ? "network" : "setup",
      provider,
      model,
      code: error.code,
      message: maskSecrets(error.message),
      names: [error.name],
      html: error.code === "unexpected-response" && error.message.includes("web page"),
    };
  }
  const facts = errorFacts(error);
  const wait = retryAfterMs(facts.headers, facts.searchText, options?.now ?? Date.now());
  const code = facts.code ?? facts.providerCode;
  return {
    source: sourceOf(error, facts.names, facts.answeredWith),
    provider,
    model,
    ...(facts.status !== undefined && { status: facts.status }),
    ...(code !== undefined && { code }),
    ...(facts.type !== undefined && { type: facts.type }),
    message: maskSecrets(facts.message),
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(facts.requestId !== undefined && { requestId: facts.requestId }),
    names: facts.names,
    ...(facts.body !== undefined && !facts.html && { bodyExcerpt: maskSecrets(facts.body.slice(0, maxExcerpt)) }),
    html: facts.html,
  };
}

function sourceOf(error: unknown, names: readonly string[], answeredWith: number | undefined): ProviderErrorSource {
  if (names.includes("AbortError") || names.includes("TimeoutError")) return "aborted";
  if (answeredWith !== undefined && answeredWith >= 300) return "http";
  return error instanceof Error ? "network" : "stream";
}
