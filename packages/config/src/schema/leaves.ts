import { z } from "zod";

/**
 * The leaf types of the configuration. They are immutable and shared by every section, so building a section allocates
 * little more than its objects. Names without a suffix are optional keys; `must*` are required ones.
 */

const text = z.string();
const identifier = z.union([z.string(), z.number()]);

/** Any string. */
export const str = text.optional();
/** A string that is not empty. */
export const filled = text.min(1).optional();
export const flag = z.boolean().optional();
export const num = z.number().optional();
/** A number above zero. */
export const numAbove0 = z.number().positive().optional();
/** A number from zero up. */
export const numFrom0 = z.number().nonnegative().optional();
/** An integer above zero. */
export const intAbove0 = z.int().positive().optional();
/** An integer from zero up. */
export const intFrom0 = z.int().nonnegative().optional();
/** An integer from one up; differs from {@link intAbove0} in the text of its error alone. */
export const intFrom1 = z.int().min(1).optional();
/** A number from 0 to 1. */
export const share = z.number().min(0).max(1).optional();

export const mustStr = text;
export const mustFilled = text.min(1);

export const strList = z.array(text).optional();
export const filledList = z.array(mustFilled).optional();
/** Ids as people write them: `"@name"`, `"+336…"` or a bare number. */
export const idList = z.array(identifier).optional();

export const strMap = z.record(text, text).optional();
export const numMap = z.record(text, z.int().nonnegative()).optional();
/** An object whose content belongs to somebody else (a provider, a skill, a plugin). */
export const freeMap = z.record(text, z.unknown()).optional();
/** `true`, `false` or `"auto"`. */
export const flagOrAuto = z.union([z.boolean(), z.literal("auto")]).optional();
/** A `#RRGGBB` colour, the `#` being optional. */
export const mustHexColor = text.regex(/^#?[0-9a-fA-F]{6}$/, "expected hex color (RRGGBB)");

/** An integer in a closed range. */
export const intBetween = (low: number, high: number) => z.int().min(low).max(high).optional();
/** A number in a closed range. */
export const numBetween = (low: number, high: number) => z.number().min(low).max(high).optional();

/**
 * A required choice between words that answers `Invalid input` to anything else. The reference release words its
 * choices in two ways, key by key, and clients show these texts; see {@link mustOption} for the other one.
 */
export const mustChoice = <const T extends readonly string[]>(...words: T) => z.enum(words, { error: "Invalid input" });
/** {@link mustChoice} for a key that may be absent. */
export const choice = <const T extends readonly string[]>(...words: T) => mustChoice(...words).optional();
/** A required choice whose error lists the words: `Invalid option: expected one of "a"|"b"`. */
export const mustOption = <const T extends readonly string[]>(...words: T) => z.enum(words);
/** {@link mustOption} for a key that may be absent. */
export const option = <const T extends readonly string[]>(...words: T) => z.enum(words).optional();

/** A record from free keys to one kind of value. */
export const mapOf = <T extends z.ZodType>(value: T) => z.record(text, value).optional();
/** A list of one kind of value. */
export const listOf = <T extends z.ZodType>(value: T) => z.array(value).optional();

/**
 * A part that is built when a file turns out to contain it. Most files leave most parts out, so this is what makes
 * checking a small file cheap.
 */
export function later<T extends z.ZodType>(build: () => T) {
  const part = z.lazy(build);
  // Before an absent key is accepted, zod asks whether the part supplies a value for it, and a lazy part would be built
  // to answer. None of ours does.
  Object.defineProperty(part._zod, "optin", { value: undefined });
  return part.optional();
}

/** {@link later} for a record of such parts. */
export function laterMap<T extends z.ZodType>(build: () => T) {
  return later(() => z.record(text, build()));
}

/** Switches that all have the same meaning and no further keys beside them, e.g. a channel's `actions`. */
export function flags<const T extends readonly string[]>(...names: T) {
  return later(() => {
    const shape = Object.fromEntries(names.map((name) => [name, flag])) as Record<T[number], typeof flag>;
    return z.strictObject(shape);
  });
}

/** `off`, `on` and everything between: the levels of the file log and of the console. */
export const logLevel = choice("silent", "fatal", "error", "warn", "info", "debug", "trace");
export const replyMode = choice("off", "first", "all");
export const groupPolicy = option("open", "disabled", "allowlist");
export const dmPolicy = option("pairing", "allowlist", "open", "disabled");
export const typingMode = choice("never", "instant", "thinking", "message");
export const tailscaleMode = choice("off", "serve", "funnel");
