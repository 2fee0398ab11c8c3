import { parseJsonLine } from "./jsonl-file.ts";

/** A JSON object of unknown content. */
export type JsonRecord = { readonly [key: string]: unknown };

/** The JSON object on a line, or undefined when the line holds anything else. */
export function parseRecord(line: string): JsonRecord | undefined {
  const parsed = parseJsonLine(line);
  return parsed.ok && isRecord(parsed.value) ? parsed.value : undefined;
}

/** Whether a value is a JSON object (not null, not an array). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string field, or undefined when it is absent or of another type. */
export function stringField(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

/** A finite number field, or undefined when it is absent or of another type. */
export function numberField(record: JsonRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
