import { ToolFailure } from "../tool-failure.ts";
import { requestJson } from "./api-request.ts";
import { numberAt, textAt, valueAt } from "./json-value.ts";
import { configuredKey, defaultTimeoutSeconds, type WebFetchConfig } from "./web-config.ts";

const defaultBaseUrl = "https://api.firecrawl.dev";
const defaultMaxAgeMs = 172_800_000;

export interface FirecrawlPage {
  markdown: string;
  title?: string;
  finalUrl?: string;
  status: number;
  warning?: string;
}

/** A service that reads pages which cannot be read from here. */
export interface Firecrawl {
  scrape(url: string, signal: AbortSignal): Promise<FirecrawlPage>;
}

/** Undefined when there is no key, or when the configuration switches it off. */
export function findFirecrawl(config: WebFetchConfig, env: NodeJS.ProcessEnv, fetchNow: typeof fetch) {
  const settings = config.firecrawl ?? {};
  const key = configuredKey(settings.apiKey, env, "FIRECRAWL_API_KEY");
  if (key === undefined || settings.enabled === false) return undefined;
  const base = (settings.baseUrl?.trim() || defaultBaseUrl).replace(/\/+$/, "");
  const timeoutSeconds = settings.timeoutSeconds ?? config.timeoutSeconds ?? defaultTimeoutSeconds;

  const firecrawl: Firecrawl = {
    async scrape(url, signal) {
      const answer = await requestJson({
        service: "Firecrawl",
        failure: "Firecrawl fetch failed",
        url: `${base}/v2/scrape`,
        init: {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
          body: JSON.stringify({
            url,
            formats: ["markdown"],
            onlyMainContent: settings.onlyMainContent ?? true,
            timeout: timeoutSeconds * 1000,
            maxAge: settings.maxAgeMs ?? defaultMaxAgeMs,
            proxy: "auto",
            storeInCache: true,
          }),
        },
        key,
        timeoutSeconds,
        signal,
        fetch: fetchNow,
      });
      const problem = textAt(answer, "error");
      if (valueAt(answer, "success") === false) {
        throw new ToolFailure(`Firecrawl fetch failed: ${problem?.slice(0, 500) ?? "no further information"}`);
      }
      const title = textAt(answer, "data", "metadata", "title");
      const finalUrl = textAt(answer, "data", "metadata", "sourceURL");
      const warning = textAt(answer, "warning") ?? textAt(answer, "data", "warning");
      return {
        markdown: textAt(answer, "data", "markdown") ?? "",
        status: numberAt(answer, "data", "metadata", "statusCode") ?? 200,
        ...(title === undefined ? {} : { title }),
        ...(finalUrl === undefined ? {} : { finalUrl }),
        ...(warning === undefined ? {} : { warning }),
      };
    },
  };
  return firecrawl;
}
