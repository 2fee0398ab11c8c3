import type { PluginManifest } from "../manifests.ts";

const secretName = /token|password|secret|api.?key/i;
// `maxTokens`, `reserveTokensFloor`, … count; they keep nothing secret.
const counterName = /(?:max|min|context|reserve|threshold|budget|total|input|output|prompt|cache|chunk)[a-z]*tokens/i;
// `tokenFile`, `apiPasswordFile`, …: where a secret lies is not the secret.
const placeName = /(?:file|path|dir)$/i;
const otherSecrets = new Set(["serviceAccount", "privateKey", "encryptKey"]);
// Values of these maps are credentials as often as not, and their keys are free.
const secretMaps = new Set(["env", "headers"]);
const envReserved = new Set(["shellEnv", "vars"]);

/** Whether a key alone says that its string is a secret. */
function isSecretName(key: string): boolean {
  if (otherSecrets.has(key)) return true;
  return secretName.test(key) && !counterName.test(key) && !placeName.test(key);
}

function isEnvironmentValue(path: readonly string[]): boolean {
  if (path[0] !== "env") return false;
  if (path[1] === "vars") return path.length > 2;
  return path.length > 1 && !envReserved.has(path[1] ?? "");
}

function isPluginSecret(path: readonly string[], manifests: readonly PluginManifest[]): boolean {
  if (path[0] === "plugins" && path[1] === "entries" && path[3] === "config") {
    const hints = manifests.find((manifest) => manifest.id === path[2])?.uiHints ?? {};
    return isMarked(hints, path.slice(4));
  }
  if (path[0] !== "channels" || path[1] === undefined) return false;
  const id = path[1];
  return manifests.some((manifest) => isMarked(manifest.channelConfigs?.[id]?.uiHints ?? {}, path.slice(2)));
}

function isMarked(hints: Record<string, { sensitive?: boolean }>, path: readonly string[]): boolean {
  return Object.entries(hints).some(([pattern, hint]) => hint.sensitive === true && fits(pattern, path));
}

/** Whether a path is the one a hint names; `*` stands for any key and `[]` for any position. */
function fits(pattern: string, path: readonly string[]): boolean {
  const steps = pattern.replaceAll("[]", ".*").split(".");
  return steps.length === path.length && steps.every((step, index) => step === "*" || step === path[index]);
}

/**
 * Whether strings at a path are secrets: not to be shown, logged or sent to a client. A key on the way counts too, so
 * that everything under `tokens: { … }` is covered. Numbers and booleans are never secrets; that is for the caller to
 * look at.
 * @param path keys from the root; a string is split at its dots
 */
export function isSensitivePath(
  path: string | readonly (string | number)[],
  options: { manifests?: readonly PluginManifest[] | undefined } = {},
): boolean {
  const steps = typeof path === "string" ? path.split(".") : path.map(String);
  if (steps.some(isSecretName) || isEnvironmentValue(steps)) return true;
  if (steps.some((step, index) => secretMaps.has(step) && index > 0 && index < steps.length - 1)) return true;
  if (steps[0] === "channels" && steps[1] === "tlon" && steps.at(-1) === "code") return true;
  return isPluginSecret(steps, options.manifests ?? []);
}
