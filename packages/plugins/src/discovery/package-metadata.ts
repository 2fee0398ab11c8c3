import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a `package.json` says that the plugin host reads. */
export interface PackageMetadata {
  name?: string;
  version?: string;
  description?: string;
  /** `openclaw.extensions`: the entry files; undefined when the key is no list. */
  extensions?: string[];
  /** `openclaw.runtimeExtensions`: the same, built to JavaScript. */
  runtimeExtensions?: string[];
  /** `openclaw.channel`: the card of a channel plugin. */
  channel?: Record<string, unknown>;
  /** `openclaw.install`: how onboarding offers it. */
  install?: Record<string, unknown>;
  /** The oldest host it says it needs. */
  minHostVersion?: string;
  dependencies: Record<string, string>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asText = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
const asTexts = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.map(asText).filter((text) => text !== undefined) : undefined;

/** Reads a directory's `package.json`; undefined when there is none or it is no JSON object. */
export function readPackageMetadata(dir: string): PackageMetadata | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  } catch {
    return undefined; // a folder without a package is looked at in other ways
  }
  if (!isObject(parsed)) return undefined;
  const openclaw = isObject(parsed.openclaw) ? parsed.openclaw : {};
  const compat = isObject(openclaw.compat) ? openclaw.compat : {};
  const install = isObject(openclaw.install) ? openclaw.install : undefined;
  const dependencies = isObject(parsed.dependencies) ? parsed.dependencies : {};
  const metadata: PackageMetadata = {
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
  const set = <K extends keyof PackageMetadata>(key: K, value: PackageMetadata[K] | undefined) => {
    if (value !== undefined) metadata[key] = value;
  };
  set("name", asText(parsed.name));
  set("version", asText(parsed.version));
  set("description", asText(parsed.description));
  set("extensions", asTexts(openclaw.extensions));
  set("runtimeExtensions", asTexts(openclaw.runtimeExtensions));
  set("channel", isObject(openclaw.channel) ? openclaw.channel : undefined);
  set("install", install);
  set("minHostVersion", asText(install?.minHostVersion) ?? asText(compat.pluginApi));
  return metadata;
}

/** The name of a package without its scope. */
export function unscopedName(name: string): string {
  return name.startsWith("@") ? name.slice(name.indexOf("/") + 1) : name;
}

/** The release whose plugins this host runs. */
export const referenceLevel = "2026.2.9";

/** Whether a required host version such as `>=2026.9.1` is newer than {@link referenceLevel}. */
export function needsNewerHost(required: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const wanted = numbers(required);
  const have = numbers(referenceLevel);
  if (wanted.length < 3 || /^[\s]*[<~]/.test(required)) return false;
  for (const [index, part] of wanted.entries()) {
    const own = have[index] ?? 0;
    if (part !== own) return part > own;
  }
  return false;
}
