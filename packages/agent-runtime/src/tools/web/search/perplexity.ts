import { wrapExternalContent } from "../../../untrusted/external-content.ts";
import { requestJson } from "../api-request.ts";
import { listAt, textAt, webAddress } from "../json-value.ts";
import { configuredKey, type WebSearchConfig } from "../web-config.ts";
import type { SearchProvider } from "./search-provider.ts";

const direct = "https://api.perplexity.ai";
const openRouter = "https://openrouter.ai/api/v1";
const defaultModel = "perplexity/sonar-pro";

export const perplexity: SearchProvider = {
  freshness: false,
  missingKey: {
    error: "missing_perplexity_api_key",
    message:
      "web_search with Perplexity needs a key. Run `openclaw configure --section web` to store one, or set PERPLEXITY_API_KEY or OPENROUTER_API_KEY in the environment of the Gateway.",
  },
  prepare(config, env) {
    const access = findAccess(config, env);
    if (access === undefined) return undefined;
    const { key, base } = access;
    const isDirect = new URL(base).hostname === new URL(direct).hostname;
    const named = config.perplexity?.model?.trim() || defaultModel;
    const model = isDirect ? named.replace(/^perplexity\//, "") : named;
    return {
      variant: `${base} ${model}`,
      async search({ query }, { fetch, signal, timeoutSeconds }) {
        const answer = await requestJson({
          service: "Perplexity",
          failure: "Perplexity API error",
          url: `${base}/chat/completions`,
          init: {
            method: "POST",
            headers: {
              "Content-Type": "application/json",
              Authorization: `Bearer ${key}`,
              ...(isDirect ? {} : { "HTTP-Referer": "https://openclaw.ai", "X-Title": "OpenClaw" }),
            },
            body: JSON.stringify({ model, messages: [{ role: "user", content: query }] }),
          },
          key,
          timeoutSeconds,
          signal,
          fetch,
        });
        const [choice] = listAt(answer, "choices");
        const content = textAt(choice, "message", "content") ?? "No response";
        return {
          model,
          content: wrapExternalContent(content, { source: "web_search" }),
          citations: citations(answer, choice),
        };
      },
    };
  },
};

/** The key, and the service it belongs to. */
function findAccess(config: WebSearchConfig, env: NodeJS.ProcessEnv): { key: string; base: string } | undefined {
  const { apiKey, baseUrl } = config.perplexity ?? {};
  const own = configuredKey(apiKey, env, "PERPLEXITY_API_KEY");
  const key = own ?? configuredKey(undefined, env, "OPENROUTER_API_KEY");
  if (key === undefined) return undefined;
  const configured = baseUrl?.trim().replace(/\/+$/, "");
  if (configured && URL.canParse(configured)) return { key, base: configured };
  const fromEnv = configuredKey(apiKey, {}) === undefined && own !== undefined;
  return { key, base: key.startsWith("pplx-") || fromEnv ? direct : openRouter };
}

/** Perplexity lists its sources beside the answer; OpenRouter notes them on the message. */
function citations(answer: unknown, choice: unknown): string[] {
  const notes = listAt(choice, "message", "annotations").map((note) => textAt(note, "url_citation", "url"));
  const listed = listAt(answer, "citations").map((entry) => (typeof entry === "string" ? entry : undefined));
  return [...new Set([...listed, ...notes].map(webAddress).filter((url) => url !== undefined))];
}
