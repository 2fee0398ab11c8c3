import { wrapExternalContent } from "../../../untrusted/external-content.ts";
import { requestJson } from "../api-request.ts";
import { listAt, numberAt, textAt, webAddress } from "../json-value.ts";
import { configuredKey } from "../web-config.ts";
import type { SearchProvider } from "./search-provider.ts";

const endpoint = "https://api.x.ai/v1/responses";
const defaultModel = "grok-4-1-fast";

export const grok: SearchProvider = {
  freshness: false,
  missingKey: {
    error: "missing_xai_api_key",
    message:
      "web_search with Grok needs an xAI key. Run `openclaw configure --section web` to store one, or set XAI_API_KEY in the environment of the Gateway.",
  },
  prepare(config, env) {
    const key = configuredKey(config.grok?.apiKey, env, "XAI_API_KEY");
    if (key === undefined) return undefined;
    const model = config.grok?.model?.trim() || defaultModel;
    const inline = config.grok?.inlineCitations === true;
    return {
      variant: `${model} ${inline}`,
      async search({ query }, { fetch, signal, timeoutSeconds }) {
        const answer = await requestJson({
          service: "xAI",
          failure: "xAI API error",
          url: endpoint,
          init: {
            method: "POST",
            headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
            body: JSON.stringify({
              model,
              input: [{ role: "user", content: query }],
              tools: [{ type: "web_search" }],
              ...(inline ? { include: ["inline_citations"] } : {}),
            }),
          },
          key,
          timeoutSeconds,
          signal,
          fetch,
        });
        const parts = listAt(answer, "output").flatMap((item) => listAt(item, "content"));
        const text = parts.map((part) => textAt(part, "text") ?? "").join("") || textAt(answer, "output_text");
        return {
          model,
          content: wrapExternalContent(text || "No response", { source: "web_search" }),
          citations: citations(answer, parts),
          ...(inline ? { inlineCitations: listAt(answer, "inline_citations").flatMap(inlineCitation) } : {}),
        };
      },
    };
  },
};

function citations(answer: unknown, parts: readonly unknown[]): string[] {
  const listed = listAt(answer, "citations").map((entry) => (typeof entry === "string" ? entry : textAt(entry, "url")));
  const notes = parts.flatMap((part) => listAt(part, "annotations")).map((note) => textAt(note, "url"));
  return [...new Set([...listed, ...notes].map(webAddress).filter((url) => url !== undefined))];
}

/** Where in the answer a source is cited. */
function inlineCitation(entry: unknown): object[] {
  const url = webAddress(textAt(entry, "url") ?? textAt(entry, "web_citation", "url"));
  const [start, end] = [numberAt(entry, "start_index"), numberAt(entry, "end_index")];
  if (url === undefined) return [];
  return [
    { ...(start === undefined ? {} : { start_index: start }), ...(end === undefined ? {} : { end_index: end }), url },
  ];
}
