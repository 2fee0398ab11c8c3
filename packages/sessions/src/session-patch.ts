import type { SessionEntry, SessionPatch, ThinkingLevel } from "./session-entry.ts";
import { SessionError } from "./session-error.ts";
import { isSubagentKey } from "./session-key.ts";

/** What a client may change about a session; `null` clears, absent leaves alone. */
export interface SessionPatchRequest {
  label?: string | null;
  thinkingLevel?: string | null;
  verboseLevel?: string | null;
  reasoningLevel?: string | null;
  responseUsage?: string | null;
  elevatedLevel?: string | null;
  execHost?: string | null;
  execSecurity?: string | null;
  execAsk?: string | null;
  execNode?: string | null;
  model?: string | null;
  spawnedBy?: string | null;
  sendPolicy?: string | null;
  groupActivation?: string | null;
  icon?: string | null;
  color?: string | null;
  category?: string | null;
  archived?: boolean | null;
  pinned?: boolean | null;
  unread?: boolean | null;
  statusNote?: string | null;
}

type TextField = Exclude<keyof SessionPatchRequest, "archived" | "pinned" | "unread">;

/** What checking a patch needs to know about the rest of the program. */
export interface SessionPatchContext {
  key: string;
  existing: SessionEntry | undefined;
  /** Keys of the sessions that have a label, in all stores. */
  keysByLabel(label: string): readonly string[];
  /** Resolves a model reference or alias; throws what the client is told when the model may not be used. */
  resolveModel(reference: string): { provider: string; model: string; isDefault: boolean };
  /** The model of sessions without an override. */
  defaultModel: { provider: string; model: string };
  /** Thinking level of sessions without one (`off`). */
  thinkingDefault?: string;
}

/** The models that offer the thinking level `xhigh`. */
export const xhighModels: readonly string[] = [
  "openai/gpt-5.2",
  "openai-codex/gpt-5.3-codex",
  "openai-codex/gpt-5.2-codex",
  "openai-codex/gpt-5.1-codex",
  "github-copilot/gpt-5.2-codex",
  "github-copilot/gpt-5.2",
];

const labelLimit = 64;

const thinkingSynonyms: Record<ThinkingLevel, readonly string[]> = {
  off: [],
  minimal: ["min", "think"],
  low: ["on", "enable", "enabled", "thinkhard", "think-hard", "think_hard"],
  medium: ["mid", "med", "thinkharder", "think-harder", "harder"],
  high: ["ultra", "ultrathink", "thinkhardest", "highest", "max"],
  xhigh: [],
};
const verboseWords = {
  off: ["false", "no", "0"],
  on: ["minimal", "true", "yes", "1"],
  full: ["all", "everything"],
};
const reasoningWords = {
  off: ["false", "no", "0", "hide", "hidden", "disable", "disabled"],
  on: ["true", "yes", "1", "show", "visible", "enable", "enabled"],
  stream: ["streaming", "draft", "live"],
};
const elevatedWords = {
  off: ["false", "no", "0"],
  on: ["true", "yes", "1"],
  ask: ["prompt", "approval", "approve"],
  full: ["auto", "auto-approve", "autoapprove"],
};

function wordOf<Level extends string>(words: Record<Level, readonly string[]>, text: string): Level | undefined {
  const word = text.trim().toLowerCase();
  for (const level in words) if (level === word || words[level].includes(word)) return level;
  return undefined;
}

/** The thinking level a word means, synonyms included; undefined for an unknown word. */
export function thinkingLevelOf(text: string): ThinkingLevel | undefined {
  if (/^(?:x|extra)[\s_-]*high$/i.test(text.trim())) return "xhigh";
  return wordOf(thinkingSynonyms, text);
}

function invalid(message: string): SessionError {
  return new SessionError("invalid-patch", message);
}

function levelOf<Level extends string>(
  field: string,
  value: string,
  words: Record<Level, readonly string[]>,
  shown: readonly string[],
): Level {
  const level = wordOf(words, value);
  if (!level) throw invalid(`invalid ${field} (use ${shown.map((name) => `"${name}"`).join("|")})`);
  return level;
}

function oneOf<const Value extends string>(field: string, value: string, allowed: readonly Value[]): Value {
  const wanted = value.trim().toLowerCase();
  const found = allowed.find((candidate) => candidate === wanted);
  if (!found) throw invalid(`invalid ${field} (use ${allowed.map((name) => `"${name}"`).join("|")})`);
  return found;
}

/**
 * Checks a request and turns it into the fields to write. Values equal to the default are stored as absent.
 * @throws SessionError `invalid-patch` with the text the client is shown.
 */
export function checkSessionPatch(request: SessionPatchRequest, context: SessionPatchContext): SessionPatch {
  const patch: SessionPatch = {};
  const set = <Field extends TextField>(field: Field, read: (value: string) => SessionPatch) => {
    const value = request[field];
    if (value === undefined) return;
    Object.assign(patch, value === null ? { [field]: undefined } : read(value));
  };
  checkSpawnedBy(request, context, patch);
  set("label", (value) => ({ label: checkLabel(value, context) }));
  set("verboseLevel", (value) => ({ verboseLevel: levelOf("verboseLevel", value, verboseWords, ["on", "off"]) }));
  set("reasoningLevel", (value) => {
    const level = levelOf("reasoningLevel", value, reasoningWords, ["on", "off", "stream"]);
    return { reasoningLevel: level === "off" ? undefined : level };
  });
  set("responseUsage", (value) => {
    const usage = oneOf("responseUsage", value === "on" ? "tokens" : value, ["off", "tokens", "full"]);
    return { responseUsage: usage === "off" ? undefined : usage };
  });
  set("elevatedLevel", (value) => ({
    elevatedLevel: levelOf("elevatedLevel", value, elevatedWords, ["on", "off", "ask", "full"]),
  }));
  set("execHost", (value) => ({ execHost: oneOf("execHost", value, ["sandbox", "gateway", "node"]) }));
  set("execSecurity", (value) => ({ execSecurity: oneOf("execSecurity", value, ["deny", "allowlist", "full"]) }));
  set("execAsk", (value) => ({ execAsk: oneOf("execAsk", value, ["off", "on-miss", "always"]) }));
  set("execNode", (value) => {
    if (!value.trim()) throw invalid("invalid execNode: empty");
    return { execNode: value.trim() };
  });
  set("sendPolicy", (value) => ({ sendPolicy: oneOf("sendPolicy", value, ["allow", "deny"]) }));
  set("groupActivation", (value) => ({ groupActivation: oneOf("groupActivation", value, ["mention", "always"]) }));
  for (const field of ["icon", "color", "category", "statusNote"] as const) {
    if (request[field] !== undefined) patch[field] = request[field] ?? undefined;
  }
  // What is not so is not stored.
  for (const field of ["archived", "pinned", "unread"] as const) {
    if (request[field] !== undefined) patch[field] = request[field] || undefined;
  }
  checkModel(request.model, context, patch);
  checkThinking(request.thinkingLevel, context, patch);
  return patch;
}

function checkLabel(value: string, context: SessionPatchContext): string {
  const label = value.trim();
  if (!label) throw invalid("invalid label: empty");
  if (label.length > labelLimit) throw invalid(`invalid label: too long (max ${labelLimit})`);
  if (context.keysByLabel(label).some((key) => key !== context.key)) throw invalid(`label already in use: ${label}`);
  return label;
}

function checkSpawnedBy(request: SessionPatchRequest, context: SessionPatchContext, patch: SessionPatch): void {
  if (request.spawnedBy === undefined) return;
  const current = context.existing?.spawnedBy;
  if (request.spawnedBy === null) {
    if (current) throw invalid("spawnedBy cannot be cleared once set");
    return;
  }
  const parent = request.spawnedBy.trim();
  if (!parent) throw invalid("invalid spawnedBy: empty");
  if (!isSubagentKey(context.key)) throw invalid("spawnedBy is only supported for subagent:* sessions");
  if (current && current !== parent) throw invalid("spawnedBy cannot be changed once set");
  patch.spawnedBy = parent;
}

function checkModel(value: string | null | undefined, context: SessionPatchContext, patch: SessionPatch): void {
  if (value === undefined) return;
  // A credential pin belongs to the model that was left.
  patch.authProfileOverride = undefined;
  patch.authProfileOverrideSource = undefined;
  patch.authProfileOverrideCompactionCount = undefined;
  patch.providerOverride = undefined;
  patch.modelOverride = undefined;
  if (value === null) return;
  if (!value.trim()) throw invalid("invalid model: empty");
  const { provider, model, isDefault } = context.resolveModel(value.trim());
  if (isDefault) return;
  patch.providerOverride = provider;
  patch.modelOverride = model;
}

function checkThinking(value: string | null | undefined, context: SessionPatchContext, patch: SessionPatch): void {
  const { provider, model } = modelAfter(context, patch);
  const offersXhigh = xhighModels.includes(`${provider}/${model}`);
  if (value === null) patch.thinkingLevel = undefined;
  else if (value !== undefined) {
    const level = thinkingLevelOf(value);
    if (!level) {
      throw invalid(`invalid thinkingLevel (use off|minimal|low|medium|high${offersXhigh ? "|xhigh" : ""})`);
    }
    if (level === "xhigh" && !offersXhigh) {
      const names = `${xhighModels.slice(0, -1).join(", ")} or ${xhighModels.at(-1)}`;
      throw invalid(`thinkingLevel "xhigh" is only supported for ${names}`);
    }
    // "off" is stored where the default is something else, or it could not override it.
    patch.thinkingLevel = level === "off" && (context.thinkingDefault ?? "off") === "off" ? undefined : level;
  } else if (context.existing?.thinkingLevel === "xhigh" && !offersXhigh) {
    patch.thinkingLevel = "high";
  }
}

function modelAfter(context: SessionPatchContext, patch: SessionPatch): { provider: string; model: string } {
  const override = "modelOverride" in patch ? patch : context.existing;
  if (!override?.modelOverride) return context.defaultModel;
  return { provider: override.providerOverride ?? context.defaultModel.provider, model: override.modelOverride };
}
