import { ConfigError } from "./config-error.ts";
import { IncludeError, includedFrom, resolveIncludes } from "./includes.ts";
import { isPlainObject, type PathSegment, sameValue, setOwn } from "./plain-value.ts";
import type { ReadConfig } from "./read-config.ts";
import { sourceChanges } from "./source-changes.ts";

/** Makes one parsed configuration out of another; must not alter its argument. */
export type ConfigChange = (value: unknown) => unknown;

/**
 * The text of the file after a change. The change is made on the file as it is written, so `$include`, `${VAR}` and `~`
 * stay; and once more on the configuration after includes, to see that both come to the same. They do not when an
 * included file provides what was to be changed and a key beside the directive cannot change it.
 * @param written where the text will stand; relative includes are looked up from there
 * @throws ConfigError `parse-failed`, `unreadable`, `included`, or what the change throws
 */
export async function changedText(read: ReadConfig, change: ConfigChange, written: string): Promise<string> {
  if (read.parsed === undefined) {
    const code = read.raw === null ? "unreadable" : "parse-failed";
    throw new ConfigError(code, read.problem ?? `The configuration file ${read.file} could not be read.`);
  }
  if (!read.exists || read.raw === null) return `${JSON.stringify(change({}), null, 2)}\n`;

  let next: unknown;
  if (read.included === undefined || read.directives.length === 0) {
    next = change(read.parsed);
  } else {
    const wanted = await included(change(read.included), written);
    try {
      next = change(read.parsed);
    } catch (error) {
      // The change fits the whole configuration, so what it speaks of is in another file.
      if (error instanceof ConfigError) throw includedError(read, wanted, read.included);
      throw error;
    }
    const result = await included(next, written);
    if (!sameValue(result, wanted)) throw includedError(read, wanted, result);
  }
  const { editJson5 } = await import("./json5-edit.ts");
  return editJson5(read.raw, () => next);
}

async function included(value: unknown, file: string): Promise<unknown> {
  try {
    return (await resolveIncludes(value, { file })).value;
  } catch (error) {
    if (!(error instanceof IncludeError)) throw error;
    throw new ConfigError("invalid-config", `Config validation failed: <root>: ${error.message}`, {
      cause: error,
      issues: [{ path: "<root>", message: error.message }],
    });
  }
}

function includedError(read: ReadConfig, wanted: unknown, result: unknown): ConfigError {
  const [first] = sourceChanges(result, wanted);
  const path: readonly PathSegment[] =
    first === undefined ? [] : first.type === "add" ? [...first.path, first.key] : first.path;
  const file = includedFrom(read.directives, path) ?? read.directives[0]?.files[0]?.file ?? read.file;
  return new ConfigError(
    "included",
    `Config write rejected: ${path.map(String).join(".") || "<root>"} is provided by $include ${file}; edit that file instead.`,
  );
}

/** A merge patch without what changes nothing, so that a value that stays keeps the way it is written. */
export function effectivePatch(patch: unknown, ...current: readonly unknown[]): unknown {
  if (!isPlainObject(patch)) return patch;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    const now = current.map((side) => (isPlainObject(side) && Object.hasOwn(side, key) ? side[key] : undefined));
    if (value === null ? now.every((side) => side === undefined) : now.some((side) => sameValue(side, value))) continue;
    setOwn(kept, key, effectivePatch(value, ...now));
  }
  return kept;
}
