import { JSONParseError } from "@ai-sdk/provider";

/** An object as it came over the wire: nothing is known about its fields. */
export type WireObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): WireObject | undefined {
  return isObject(value) ? value : undefined;
}

/** The objects of a list; an empty list when there is none. */
export function objectsOf(value: unknown): WireObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws JSONParseError when the text is not a JSON object */
export function parseObject(text: string): WireObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new JSONParseError({ text, cause });
  }
  if (!isObject(value)) throw new JSONParseError({ text, cause: new TypeError("it is not an object") });
  return value;
}
