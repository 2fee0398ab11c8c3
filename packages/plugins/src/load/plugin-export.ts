import type { PluginApi } from "@openclaw/plugin-sdk";

/** What a plugin's module offers to the host. */
export interface ReadExport {
  register(api: PluginApi): unknown;
  id: string | undefined;
  kind: unknown;
  name: string | undefined;
  description: string | undefined;
  version: string | undefined;
}

/** Finds what to call in a module: its default export, else itself. Undefined when there is nothing. */
export function readPluginExport(module: unknown): ReadExport | undefined {
  for (const candidate of candidates(module)) {
    if (typeof candidate === "function") return { ...noFacts, register: (api) => candidate(api) };
    if (!isObject(candidate)) continue;
    const own = candidate.register ?? candidate.activate;
    if (typeof own !== "function") continue;
    return {
      id: asText(candidate.id),
      kind: candidate.kind,
      name: asText(candidate.name),
      description: asText(candidate.description),
      version: asText(candidate.version),
      register: (api) => own.call(candidate, api),
    };
  }
  return undefined;
}

const noFacts = { id: undefined, kind: undefined, name: undefined, description: undefined, version: undefined };

/** Built CommonJS modules carry their default export inside a default export. */
function candidates(module: unknown): unknown[] {
  const inner = isObject(module) && "default" in module ? module.default : undefined;
  const innermost = isObject(inner) && "default" in inner ? inner.default : undefined;
  return [inner, innermost, module].filter((candidate) => candidate !== undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
