import type { Redactor } from "./redactor.ts";

/** Longest text written to a log, in characters; what is longer says how much is left out. */
export const longestText = 16_384;

const deepest = 6;
const mostEntries = 200;
const longestTrailingWord = 1024;

/** A value as it goes into a line of JSON. */
export type PlainValue = string | number | boolean | null | PlainValue[] | { [key: string]: PlainValue };

/**
 * `text` cut to 16,384 characters and redacted. The cut comes first, so a huge text costs no more than a long one, and it
 * falls between words: half a secret would not be recognised.
 */
export function loggableText(text: string, redact: Redactor): string {
  if (text.length <= longestText) return redact(text);
  let kept = text.slice(0, longestText);
  const lastWord = /\S{1,1024}$/.exec(kept.slice(-longestTrailingWord));
  if (lastWord) kept = kept.slice(0, kept.length - lastWord[0].length);
  return `${redact(kept)}… (${text.length - kept.length} more characters)`;
}

/**
 * Turns metadata into plain JSON data with every text redacted: errors keep name, message, code, stack and cause; what is
 * circular, too deep or not data is named instead of copied. Never throws.
 */
export function loggableValue(value: unknown, redact: Redactor): PlainValue {
  return convert(value, redact, []);
}

function convert(value: unknown, redact: Redactor, parents: object[]): PlainValue {
  switch (typeof value) {
    case "string":
      return loggableText(value, redact);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return String(value);
    case "undefined":
      return null;
    case "symbol":
      return String(value);
    case "function":
      return `[function ${value.name || "anonymous"}]`;
    case "object":
      return value === null ? null : convertObject(value, redact, parents);
  }
}

function convertObject(value: object, redact: Redactor, parents: object[]): PlainValue {
  if (parents.includes(value)) return "[circular]";
  if (parents.length >= deepest) return Array.isArray(value) ? `[array of ${value.length}]` : "[object]";
  const path = [...parents, value];
  try {
    if (value instanceof Error) return convertEntries(errorEntries(value), redact, path);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
    if (value instanceof URL || value instanceof RegExp) return loggableText(String(value), redact);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return convertEntries(mapEntries(value), redact, path);
    if (value instanceof Set) return convertList([...value], redact, path);
    if (Array.isArray(value)) return convertList(value, redact, path);
    if ("toJSON" in value && typeof value.toJSON === "function") return convert(value.toJSON(), redact, path);
    return convertEntries(Object.entries(value), redact, path);
  } catch (error) {
    return `[not readable: ${loggableText(error instanceof Error ? error.message : String(error), redact)}]`;
  }
}

function convertList(values: readonly unknown[], redact: Redactor, path: object[]): PlainValue[] {
  const list = values.slice(0, mostEntries).map((value) => convert(value, redact, path));
  if (values.length > mostEntries) list.push(`… ${values.length - mostEntries} more`);
  return list;
}

function convertEntries(entries: [string, unknown][], redact: Redactor, path: object[]): PlainValue {
  const result: { [key: string]: PlainValue } = {};
  for (const [key, value] of entries.slice(0, mostEntries)) {
    if (value === undefined) continue;
    // Defined, not assigned: a key may be called __proto__.
    Object.defineProperty(result, key, {
      value: typeof value === "string" ? loggableField(key, value, redact) : convert(value, redact, path),
      enumerable: true,
    });
  }
  if (entries.length > mostEntries) result["…"] = `${entries.length - mostEntries} more`;
  return result;
}

/**
 * A text whose name may give it away as a secret. The redactor sees it both alone and the way it would stand in JSON,
 * because patterns (the user's included) are written for either form.
 */
function loggableField(key: string, text: string, redact: Redactor): string {
  const alone = loggableText(text, redact);
  const field = `${JSON.stringify(key)}:${JSON.stringify(alone)}`;
  const redacted = redact(field);
  if (redacted === field) return alone;
  const prefix = `${JSON.stringify(key)}:`;
  if (!redacted.startsWith(prefix)) return "***";
  try {
    const value: unknown = JSON.parse(redacted.slice(prefix.length));
    return typeof value === "string" ? value : "***";
  } catch {
    return "***"; // The mask took a quote or half an escape with it: hide the whole text.
  }
}

function errorEntries(error: Error): [string, unknown][] {
  const entries: [string, unknown][] = [
    ["name", error.name],
    ["message", error.message],
  ];
  for (const [key, value] of Object.entries(error)) {
    if (key !== "name" && key !== "message" && key !== "stack" && key !== "cause") entries.push([key, value]);
  }
  entries.push(["stack", error.stack], ["cause", error.cause]);
  return entries;
}

function mapEntries(map: ReadonlyMap<unknown, unknown>): [string, unknown][] {
  return Array.from(map, ([key, value]) => [typeof key === "string" ? key : String(key), value]);
}
