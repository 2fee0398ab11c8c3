import { wrapExternalContent } from "../../../untrusted/external-content.ts";
import { requestJson } from "../api-request.ts";
import { listAt, textAt, webAddress } from "../json-value.ts";
import { configuredKey } from "../web-config.ts";
import type { SearchProvider } from "./search-provider.ts";

const endpoint = "https://api.search.brave.com/res/v1/web/search";
/** Dates are short and plain; anything else in their place is left out. */
const plainDate = /^[\p{L}\p{N} ,.:+-]{1,40}$/u;

export const brave: SearchProvider = {
  freshness: true,
  missingKey: {
    error: "missing_brave_api_key",
    message:
      "web_search needs a Brave Search API key. Run `openclaw configure --section web` to store one, or set BRAVE_API_KEY in the environment of the Gateway.",
  },
  prepare(config, env) {
    const key = configuredKey(config.apiKey, env, "BRAVE_API_KEY");
    if (key === undefined) return undefined;
    return {
      variant: "",
      async search(query, { fetch, signal, timeoutSeconds }) {
        const url = new URL(endpoint);
        const parameters = {
          q: query.query,
          count: String(query.count),
          country: query.country,
          search_lang: query.searchLang,
          ui_lang: query.uiLang,
          freshness: query.freshness,
        };
        for (const [name, value] of Object.entries(parameters)) {
          if (value !== undefined) url.searchParams.set(name, value);
        }
        const answer = await requestJson({
          service: "Brave Search",
          failure: "Brave Search API error",
          url: url.href,
          init: { headers: { Accept: "application/json", "X-Subscription-Token": key } },
          key,
          timeoutSeconds,
          signal,
          fetch,
        });
        const results = listAt(answer, "web", "results").slice(0, query.count).flatMap(searchResult);
        return { count: results.length, results };
      },
    };
  },
};

function searchResult(entry: unknown): object[] {
  const url = webAddress(textAt(entry, "url"));
  if (url === undefined) return [];
  const published = textAt(entry, "age") ?? textAt(entry, "page_age");
  return [
    {
      title: wrapped(textAt(entry, "title")),
      url,
      description: wrapped(textAt(entry, "description")),
      ...(published !== undefined && plainDate.test(published) ? { published } : {}),
      siteName: new URL(url).hostname,
    },
  ];
}

function wrapped(text: string | undefined): string {
  return text === undefined ? "" : wrapExternalContent(text, { source: "web_search" });
}
