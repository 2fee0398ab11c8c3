import { readFileSync } from "node:fs";
import path from "node:path";
import { parseJson5 } from "./json5.ts";
import { mergeIncluded } from "./merge.ts";
import { getOwn, isPlainObject, type PathSegment, type PlainObject, setOwn } from "./plain-value.ts";

/** Levels of files below the main one. */
export const maxIncludeDepth = 10;

/** What is wrong with an `$include`; reported at the root of the configuration. */
export class IncludeError extends Error {
  override readonly name = "IncludeError";
}

/** One `$include` that was resolved, kept so that an error in the merged object can name the file it came from. */
export interface IncludeDirective {
  /** Where its object stands in the merged configuration. */
  at: readonly PathSegment[];
  files: { file: string; value: unknown }[];
  /** The keys beside the directive, resolved. */
  siblings: PlainObject;
}

export interface Included {
  value: unknown;
  directives: IncludeDirective[];
  /** Absolute paths of every file that was read or tried, in order, each once. */
  paths: string[];
}

export interface ResolveIncludesOptions {
  /** The file `value` was read from. */
  file: string;
  readFile?: (file: string) => string;
  /** Called for every file before it is read, so that a failed run still tells which files matter. */
  onFile?: (file: string) => void;
}

/**
 * Replaces every `$include` in a parsed file by what it names.
 * @throws IncludeError
 */
export async function resolveIncludes(value: unknown, options: ResolveIncludesOptions): Promise<Included> {
  const directives: IncludeDirective[] = [];
  const paths = new Set<string>();
  const readFile = options.readFile ?? ((file: string) => readFileSync(file, "utf8"));

  async function load(written: string, chain: readonly string[]): Promise<{ file: string; content: unknown }> {
    const from = chain[chain.length - 1]!;
    const file = path.resolve(path.dirname(from), written);
    if (chain.includes(file)) throw new IncludeError(`Circular include detected: ${[...chain, file].join(" -> ")}`);
    if (chain.length > maxIncludeDepth) {
      throw new IncludeError(`Maximum include depth (${maxIncludeDepth}) exceeded at: ${written}`);
    }
    paths.add(file);
    options.onFile?.(file);
    let text: string;
    try {
      text = readFile(file);
    } catch (cause) {
      throw new IncludeError(`Failed to read include file: ${written} (resolved: ${file})`, { cause });
    }
    try {
      return { file, content: await parseJson5(text) };
    } catch (cause) {
      throw new IncludeError(`Failed to parse include file: ${written} (resolved: ${file})`, { cause });
    }
  }

  async function resolve(node: unknown, chain: readonly string[], at: readonly PathSegment[]): Promise<unknown> {
    if (Array.isArray(node)) {
      const items: unknown[] = [];
      for (const [index, item] of node.entries()) items.push(await resolve(item, chain, [...at, index]));
      return items;
    }
    if (!isPlainObject(node)) return node;

    const siblings: PlainObject = {};
    for (const [key, item] of Object.entries(node)) {
      if (key !== "$include") setOwn(siblings, key, await resolve(item, chain, [...at, key]));
    }
    if (!Object.hasOwn(node, "$include")) return siblings;

    const files: IncludeDirective["files"] = [];
    // Nested directives are listed after the one that pulled them in: the deepest one that fits is the last.
    directives.push({ at, files, siblings });
    const pull = async (written: string) => {
      const { file, content } = await load(written, chain);
      const resolved = await resolve(content, [...chain, file], at);
      files.push({ file, value: resolved });
      return resolved;
    };

    const directive = getOwn(node, "$include");
    let content: unknown;
    if (typeof directive === "string") {
      content = await pull(directive);
    } else if (Array.isArray(directive)) {
      content = {};
      for (const item of directive) {
        if (typeof item !== "string") {
          throw new IncludeError(`Invalid $include array item: expected string, got ${typeof item}`);
        }
        content = mergeIncluded(content, await pull(item));
      }
    } else {
      throw new IncludeError(`Invalid $include value: expected string or array of strings, got ${typeof directive}`);
    }
    if (Object.keys(siblings).length === 0) return content;
    if (!isPlainObject(content)) throw new IncludeError("Sibling keys require included content to be an object");
    return mergeIncluded(content, siblings);
  }

  return { value: await resolve(value, [options.file], []), directives, paths: [...paths] };
}

/** The included file that provides the value at a path of the merged object; `undefined` for the main file. */
export function includedFrom(directives: readonly IncludeDirective[], at: readonly PathSegment[]): string | undefined {
  for (const directive of directives.toReversed()) {
    if (!directive.at.every((segment, index) => String(segment) === String(at[index]))) continue;
    const rest = at.slice(directive.at.length);
    if (rest.length > 0 && depthOf(directive.siblings, rest) === rest.length) continue;
    const best = directive.files
      .map(({ file, value }) => ({ file, depth: depthOf(value, rest) }))
      .reduce<{ file: string; depth: number } | undefined>(
        (found, next) => (found === undefined || next.depth >= found.depth ? next : found),
        undefined,
      );
    if (best !== undefined && (best.depth > 0 || rest.length === 0)) return best.file;
  }
  return undefined;
}

/** How many segments of a path can be followed into a value. */
function depthOf(value: unknown, at: readonly PathSegment[]): number {
  let current = value;
  for (const [index, segment] of at.entries()) {
    if (Array.isArray(current)) current = current[Number(segment)];
    else if (isPlainObject(current)) current = getOwn(current, String(segment));
    else return index;
    if (current === undefined) return index;
  }
  return at.length;
}
