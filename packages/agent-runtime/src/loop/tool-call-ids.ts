import { createHash } from "node:crypto";
import type { PromptTarget } from "./model-prompt.ts";

const mistralModel = /mistral|mixtral|codestral|devstral|magistral|ministral|pixtral/i;
const mistralId = /^[a-zA-Z0-9]{9}$/;

/**
 * The ids of tool calls as a provider takes them; a conversation may have begun with another one. Mistral wants exactly
 * nine letters and digits, Google letters and digits, Anthropic also `_` and `-`. The same id always becomes the same.
 */
export function toolCallIdRule({ api, provider, model }: PromptTarget): (id: string) => string {
  if (provider === "mistral" || mistralModel.test(model)) return nineCharacters;
  if (provider.startsWith("google") || /gemini/i.test(model)) return (id) => allowed(id, /[^a-zA-Z0-9]/g, "");
  if (api === "anthropic-messages") return (id) => allowed(id, /[^a-zA-Z0-9_-]/g, "_");
  return (id) => id;
}

function nineCharacters(id: string): string {
  return mistralId.test(id) ? id : hash(id).slice(0, 9);
}

/** Nothing but forbidden characters would leave no id at all. */
function allowed(id: string, forbidden: RegExp, instead: string): string {
  const clean = id.replace(forbidden, instead);
  return clean === "" ? hash(id).slice(0, 24) : clean;
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}
