import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { applyEnvBlock } from "./env-block.ts";
import { MissingVariableError, substituteEnv } from "./env-substitution.ts";
import { type IncludeDirective, IncludeError, includedFrom, resolveIncludes } from "./includes.ts";
import { Json5SyntaxError, parseJson5 } from "./json5.ts";
import { isPlainObject, type PathSegment } from "./plain-value.ts";

/** A configuration file taken through everything that comes before validation. */
export interface ReadConfig {
  /** The file that was read. */
  file: string;
  exists: boolean;
  /** The text; `null` when the file is missing or unreadable. */
  raw: string | null;
  /** SHA-256 of the text in lower-case hex, of the empty text for a missing file; absent when the file is unreadable. */
  hash?: string;
  /** The file as parsed, includes and references untouched; `{}` without a file, `undefined` when it does not parse. */
  parsed: unknown;
  /** After includes. */
  included?: unknown;
  directives: IncludeDirective[];
  includedPaths: string[];
  /** After substitution: what is validated. */
  resolved?: unknown;
  /** Why it went no further; always about the root. */
  problem?: string;
  /** Where `problem` stands, when it is a missing variable. */
  problemAt?: readonly PathSegment[];
}

export interface ReadConfigOptions {
  file: string;
  /** The `env` block is applied to this object. */
  env: NodeJS.ProcessEnv;
  /** Used instead of the file's text: what a write is about to put there. */
  text?: string;
}

/**
 * Reads, parses, includes, applies the `env` block and substitutes variables. Never throws for what a file contains or
 * for a file that cannot be read: the result then says how far it got and why it stopped.
 */
export async function readConfig(options: ReadConfigOptions): Promise<ReadConfig> {
  const { file, env } = options;
  let text: string | undefined;
  try {
    text = options.text ?? readFileSync(file, "utf8");
  } catch (error) {
    const base = { file, raw: null, directives: [], includedPaths: [] };
    if (!isMissing(error)) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ...base, exists: true, parsed: undefined, problem: `Failed to read config file: ${reason}` };
    }
    return { ...base, exists: false, hash: hashText(""), parsed: {}, included: {}, resolved: {} };
  }

  const read: ReadConfig = {
    file,
    exists: true,
    raw: text,
    hash: hashText(text),
    parsed: undefined,
    directives: [],
    includedPaths: [],
  };
  const files = new Set<string>();
  try {
    read.parsed = await parseJson5(text);
    const included = await resolveIncludes(read.parsed, { file, onFile: (path) => files.add(path) });
    read.included = included.value;
    read.directives = included.directives;
    applyEnvBlock(read.included, env);
    read.resolved = substituteEnv(read.included, env);
  } catch (error) {
    if (error instanceof Json5SyntaxError) read.problem = `JSON5 parse failed: ${error.message}`;
    else if (error instanceof IncludeError) read.problem = error.message;
    else if (error instanceof MissingVariableError) {
      read.problem = error.message;
      read.problemAt = error.path;
    } else throw error;
  }
  read.includedPaths = [...files];
  return read;
}

/** SHA-256 of a text in lower-case hex. */
export function hashText(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** The hash a file has now, as {@link ReadConfig.hash}; `undefined` when it cannot be read. */
export function hashOfFile(file: string): string | undefined {
  try {
    return hashText(readFileSync(file, "utf8"));
  } catch (error) {
    return isMissing(error) ? hashText("") : undefined;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** What is known of a configuration that did not get through: the furthest step that yielded an object. */
export function bestEffort(read: ReadConfig): Record<string, unknown> {
  for (const value of [read.resolved, read.included, read.parsed]) if (isPlainObject(value)) return value;
  return {};
}

/** Adds to a message the included file that provides the place it is about. */
export function nameIncludedFile(
  issue: { path: string; message: string },
  directives: readonly IncludeDirective[],
  at: readonly PathSegment[] = issue.path === "<root>" ? [] : issue.path.split("."),
): { path: string; message: string } {
  if (directives.length === 0 || at.length === 0) return issue;
  const file = includedFrom(directives, at);
  return file === undefined ? issue : { ...issue, message: `${issue.message} (in ${file})` };
}
