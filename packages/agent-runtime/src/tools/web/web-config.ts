/** `tools.web` of the configuration. */
export interface WebToolsConfig {
  search?: WebSearchConfig;
  fetch?: WebFetchConfig;
}

export type SearchProviderId = "brave" | "perplexity" | "grok";

export interface WebSearchConfig {
  enabled?: boolean;
  provider?: SearchProviderId;
  apiKey?: string;
  maxResults?: number;
  timeoutSeconds?: number;
  cacheTtlMinutes?: number;
  perplexity?: { apiKey?: string; baseUrl?: string; model?: string };
  grok?: { apiKey?: string; model?: string; inlineCitations?: boolean };
}

export interface WebFetchConfig {
  enabled?: boolean;
  maxChars?: number;
  maxCharsCap?: number;
  timeoutSeconds?: number;
  cacheTtlMinutes?: number;
  maxRedirects?: number;
  userAgent?: string;
  readability?: boolean;
  firecrawl?: FirecrawlConfig;
}

export interface FirecrawlConfig {
  enabled?: boolean;
  apiKey?: string;
  baseUrl?: string;
  onlyMainContent?: boolean;
  maxAgeMs?: number;
  timeoutSeconds?: number;
}

export const defaultTimeoutSeconds = 30;
export const defaultCacheMinutes = 15;

/** A configured secret, else the first of the variables that is set. Pasted line ends are left out. */
export function configuredKey(
  configured: string | undefined,
  env: NodeJS.ProcessEnv,
  ...variables: readonly string[]
): string | undefined {
  for (const value of [configured, ...variables.map((name) => env[name])]) {
    const key = value?.replace(/\s+/g, "");
    if (key) return key;
  }
  return undefined;
}
