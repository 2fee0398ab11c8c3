/** What the variables of a prefix stand for. */
export interface PrefixVariables {
  provider: string;
  model: string;
  thinkingLevel?: string | undefined;
  identityName?: string | undefined;
}

/**
 * Fills in a prefix: `{model}` (short name), `{modelFull}`, `{provider}`, `{thinkingLevel}`, `{think}`,
 * `{identity.name}`, `{identityName}`, in any case. `auto` is the name in brackets. Variables without a value stay.
 */
export function resolvePrefix(template: string | undefined, variables: PrefixVariables): string {
  if (template === undefined) return "";
  const { identityName } = variables;
  if (template.trim() === "auto") return identityName ? `[${identityName}]` : "";
  const values: Record<string, string | undefined> = {
    model: shortModelName(variables.model),
    modelfull: `${variables.provider}/${variables.model}`,
    provider: variables.provider,
    thinkinglevel: variables.thinkingLevel,
    think: variables.thinkingLevel,
    "identity.name": identityName,
    identityname: identityName,
  };
  return template.replace(/\{([a-z.]+)\}/gi, (variable, name: string) => values[name.toLowerCase()] || variable);
}

/** Puts the prefix in front of a text, with one space between them; a text that has it already stays. */
export function addPrefix(text: string, prefix: string): string {
  if (prefix.trim() === "" || text.trim() === "" || text.startsWith(prefix.trim())) return text;
  return `${prefix.trim()} ${text}`;
}

/** `anthropic/claude-opus-4-6-20260205` → `claude-opus-4-6`. */
function shortModelName(model: string): string {
  return model
    .slice(model.lastIndexOf("/") + 1)
    .replace(/-\d{8}$/, "")
    .replace(/-latest$/, "");
}
