import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import JSON5 from "json5";
import { parse } from "yaml";
import type { Hook, HookHandler, HookSource } from "./hook.ts";

type Fields = Readonly<Record<string, unknown>>;

export const handlerFiles = ["handler.ts", "handler.js", "index.ts", "index.js"] as const;

/** The file that handles the events of a hook; undefined when there is none. */
export function handlerFile(dir: string): string | undefined {
  return handlerFiles.map((name) => path.join(dir, name)).find((file) => existsSync(file));
}

/** Reads the hook of a folder; a text says why it cannot be used. Undefined without a HOOK.md. */
export function readHook(dir: string, source: HookSource): Hook | string | undefined {
  const file = path.join(dir, "HOOK.md");
  if (!existsSync(file)) return undefined;
  let fields: Fields;
  try {
    fields = frontMatter(readFileSync(file, "utf8"));
  } catch (error) {
    return `[hooks] ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const name = textOf(fields.name) ?? path.basename(dir);
  const handler = handlerFile(dir);
  if (handler === undefined) return `[hooks] Hook "${name}" has HOOK.md but no handler file in ${dir}`;
  const meta = openclawMetadata(fields.metadata);
  const requires = objectOf(meta.requires);
  return {
    name,
    description: textOf(fields.description) ?? "",
    source,
    key: textOf(meta.hookKey) ?? name,
    emoji: textOf(meta.emoji),
    homepage: textOf(meta.homepage) ?? textOf(fields.homepage),
    enabled: fields.enabled !== false && fields.enabled !== "false",
    events: listOf(meta.events),
    always: meta.always === true,
    requires: {
      bins: listOf(requires.bins),
      anyBins: listOf(requires.anyBins),
      env: listOf(requires.env),
      config: listOf(requires.config),
      os: listOf(meta.os),
    },
    dir,
    load: () => loadHandler(handler, textOf(meta.export) ?? "default"),
  };
}

/**
 * Imports a module and takes its handler; Node takes the types out of TypeScript by itself.
 * @throws Error when the export is no function, and what the module throws
 */
export async function loadHandler(file: string, exportName: string): Promise<HookHandler> {
  const module: object = await import(pathToFileURL(file).href);
  const handler: unknown = Reflect.get(module, exportName);
  if (typeof handler !== "function") throw new Error(`the export "${exportName}" of ${file} is not a function`);
  return (event) => Reflect.apply(handler, undefined, [event]);
}

function frontMatter(text: string): Fields {
  const match = /^\uFEFF?---[^\S\n]*\n([\s\S]*?)\n---[^\S\n]*(?:\n|$)/.exec(text.replaceAll("\r\n", "\n"));
  return objectOf(parse(match?.[1] ?? "", { logLevel: "silent" }));
}

/** An object, or its JSON5 text. */
function openclawMetadata(value: unknown): Fields {
  return objectOf(objectOf(typeof value === "string" ? JSON5.parse(value) : value).openclaw);
}

function objectOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function listOf(value: unknown): string[] {
  const items: unknown[] = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  return items.flatMap((item) => (typeof item === "string" && item.trim() !== "" ? [item.trim()] : []));
}
