type Params = Record<string, unknown>;

/** The value of a key in either spelling, `messageId` or `message_id`. */
function paramOf(params: Params, key: string): unknown {
  if (params[key] !== undefined) return params[key];
  return params[key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

interface StringOptions {
  required?: boolean;
  trim?: boolean;
  label?: string;
  allowEmpty?: boolean;
}

/**
 * Reads a text among a tool's parameters; numbers count as text.
 * @throws Error when it is required and missing
 */
export function readStringParam(params: Params, key: string, options: StringOptions & { required: true }): string;
export function readStringParam(params: Params, key: string, options?: StringOptions): string | undefined;
export function readStringParam(params: Params, key: string, options: StringOptions = {}): string | undefined {
  const raw = paramOf(params, key);
  const text = typeof raw === "number" && Number.isFinite(raw) ? String(raw) : raw;
  const value = typeof text === "string" && options.trim !== false ? text.trim() : text;
  if (typeof value === "string" && (value !== "" || options.allowEmpty === true)) return value;
  if (options.required) throw new Error(`${options.label ?? key} required`);
  return undefined;
}

/**
 * Reads a number among a tool's parameters; texts that are numbers count.
 * @throws Error when it is required and missing
 */
export function readNumberParam(
  params: Params,
  key: string,
  options: { required?: boolean; label?: string; integer?: boolean } = {},
): number | undefined {
  const raw = paramOf(params, key);
  const text = typeof raw === "string" ? raw.trim() : raw;
  const value = typeof text === "number" ? text : typeof text === "string" && text !== "" ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return options.integer ? Math.trunc(value) : value;
  if (options.required) throw new Error(`${options.label ?? key} required`);
  return undefined;
}

/**
 * Reads an emoji and whether it is to be taken away.
 * @throws Error when one is to be taken away and it is not said which
 */
export function readReactionParams(
  params: Params,
  options: { emojiKey?: string; removeKey?: string; removeErrorMessage: string },
): { emoji: string; remove: boolean; isEmpty: boolean } {
  const remove = params[options.removeKey ?? "remove"] === true;
  const emoji = readStringParam(params, options.emojiKey ?? "emoji", { required: true, allowEmpty: true });
  if (remove && emoji === "") throw new Error(options.removeErrorMessage);
  return { emoji, remove, isEmpty: emoji === "" };
}

/** Asks the `actions` of a channel's section whether one is on. */
export function createActionGate<T extends object>(
  actions: T | undefined,
): (key: keyof T, otherwise?: boolean) => boolean {
  return (key, otherwise = true) => {
    const value = actions?.[key];
    return value === undefined ? otherwise : value !== false;
  };
}

/** A schema for one of several texts. */
export function stringEnum<T extends readonly string[]>(values: T, options: object = {}): object {
  return { type: "string", enum: [...values], ...options };
}

/** The same for a property of a TypeBox object that may be absent. */
export function optionalStringEnum<T extends readonly string[]>(values: T, options: object = {}): object {
  // Both marks by which releases of TypeBox know that a property need not be there.
  return { ...stringEnum(values, options), "~optional": true, [Symbol.for("TypeBox.Optional")]: "Optional" };
}
