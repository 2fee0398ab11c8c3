import type { PluginManifest, UiHint } from "../manifests.ts";
import { isPlainObject } from "../plain-value.ts";
import { isSensitivePath } from "./sensitive.ts";
import { advancedPrefixes, helpTexts, labels, placeholders, sectionOrder } from "./ui-texts.ts";

/** Form hints by path; `*` stands for any key of a record and `[]` for any element of a list. */
export type UiHints = Record<string, UiHint>;

const acronyms = new Map<string, string>([
  ["api", "API"],
  ["cdp", "CDP"],
  ["cli", "CLI"],
  ["dm", "DM"],
  ["dms", "DMs"],
  ["dns", "DNS"],
  ["http", "HTTP"],
  ["id", "ID"],
  ["ids", "IDs"],
  ["llm", "LLM"],
  ["mcp", "MCP"],
  ["mdns", "mDNS"],
  ["mb", "(MB)"],
  ["ms", "(ms)"],
  ["pdf", "PDF"],
  ["qmd", "QMD"],
  ["sec", "(s)"],
  ["seconds", "(seconds)"],
  ["ssh", "SSH"],
  ["ssrf", "SSRF"],
  ["tls", "TLS"],
  ["ttl", "TTL"],
  ["tts", "TTS"],
  ["ui", "UI"],
  ["uri", "URI"],
  ["url", "URL"],
  ["urls", "URLs"],
  ["vnc", "VNC"],
] as const);

/** Makes a label of a key: `maxHistoryShare` becomes `Max history share`. */
function labelOf(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[\s_-]+/)
    .filter(Boolean)
    .map((word) => acronyms.get(word.toLowerCase()) ?? word.toLowerCase());
  const text = words.join(" ");
  return text === "" ? key : text.charAt(0).toUpperCase() + text.slice(1);
}

/** Paths of a schema's keys, parents first. Accounts repeat the keys of their channel, so they are left out. */
function* keyPaths(schema: unknown, path: string): Generator<[path: string, schema: unknown]> {
  if (!isPlainObject(schema)) return;
  for (const branch of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(branch)) for (const part of branch) yield* keyPaths(part, path);
  }
  if (isPlainObject(schema.properties)) {
    for (const [key, part] of Object.entries(schema.properties)) {
      const at = path === "" ? key : `${path}.${key}`;
      yield [at, part];
      if (key !== "accounts") yield* keyPaths(part, at);
    }
  }
  if (isPlainObject(schema.additionalProperties)) yield* keyPaths(schema.additionalProperties, `${path}.*`);
  if (isPlainObject(schema.items)) yield* keyPaths(schema.items, `${path}[]`);
}

/** Whether a key can hold a text; numbers and switches are no secrets, whatever they are called. */
function holdsText(schema: unknown): boolean {
  return !isPlainObject(schema) || !["boolean", "integer", "number"].includes(String(schema.type));
}

function hintOf(path: string, schema?: unknown): UiHint {
  const key = path.slice(path.lastIndexOf(".") + 1).replace(/\[\]$/, "");
  const hint: UiHint = { label: labels[path] ?? labelOf(key) };
  const help = helpTexts[path];
  const placeholder = placeholders[path];
  const order = sectionOrder[path];
  if (help !== undefined) hint.help = help;
  if (order !== undefined) {
    hint.group = hint.label ?? key;
    hint.order = order;
  }
  if (placeholder !== undefined) hint.placeholder = placeholder;
  if (advancedPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`))) hint.advanced = true;
  if (holdsText(schema) && isSensitivePath(path.replaceAll("[]", ".0"))) hint.sensitive = true;
  return hint;
}

/** Adds a plugin's hints, which win over ours, below the place of its settings. */
function addHints(hints: UiHints, prefix: string, added: Record<string, UiHint> | undefined): void {
  for (const [path, hint] of Object.entries(added ?? {})) {
    const at = path === "" ? prefix : `${prefix}.${path}`;
    hints[at] = { ...hints[at], ...hint };
  }
}

/** Makes the form hints for a schema. */
export function configUiHints(schema: object, manifests: readonly PluginManifest[]): UiHints {
  const hints: UiHints = {};
  for (const path of Object.keys(sectionOrder)) hints[path] = hintOf(path);
  for (const [path, part] of keyPaths(schema, "")) hints[path] ??= hintOf(path, part);
  for (const manifest of manifests) {
    const entry = `plugins.entries.${manifest.id}`;
    addHints(hints, entry, {
      "": {
        label: manifest.name ?? manifest.id,
        ...(manifest.description !== undefined && { help: manifest.description }),
      },
    });
    addHints(hints, `${entry}.config`, manifest.uiHints);
    for (const [id, contract] of Object.entries(manifest.channelConfigs ?? {})) {
      addHints(hints, `channels.${id}`, contract.uiHints);
    }
  }
  return hints;
}
