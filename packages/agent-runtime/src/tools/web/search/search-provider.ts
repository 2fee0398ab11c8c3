import type { WebSearchConfig } from "../web-config.ts";

/** A search as the tool was asked for it. */
export interface SearchQuery {
  query: string;
  count: number;
  country?: string;
  searchLang?: string;
  uiLang?: string;
  freshness?: string;
}

export interface SearchContext {
  config: WebSearchConfig;
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** A search service with its key, ready to be asked. */
export interface ReadySearch {
  /** What tells its answers from those of another set-up, for the cache. */
  variant: string;
  /** The fields of the result besides `query`, `provider` and `tookMs`. */
  search(query: SearchQuery, context: SearchContext): Promise<Record<string, unknown>>;
}

export interface SearchProvider {
  /** Undefined when there is no key. */
  prepare(config: WebSearchConfig, env: NodeJS.ProcessEnv): ReadySearch | undefined;
  missingKey: { error: string; message: string };
  /** Whether results can be limited to a time. */
  freshness: boolean;
}
