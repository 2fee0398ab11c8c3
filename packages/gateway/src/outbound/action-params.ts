// What actions are given may come from a model, a command line or a client, each with its own way to write a value.
import { invalid } from "./outbound-error.ts";

/** A value that may be written as JSON. @throws OutboundError naming the flag */
export function jsonOf(value: unknown, name: string): unknown {
  if (typeof value !== "string" || value.trim() === "") return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    throw invalid(`--${name} must be valid JSON`);
  }
}

/** Rows of buttons; those without a text or data are left out. */
export function buttonRows(rows: readonly unknown[]): { text: string; data: string }[][] {
  return rows.map((row) =>
    (Array.isArray(row) ? row : []).flatMap((button: unknown) => {
      if (!isRecord(button)) return [];
      const data = button.data ?? button.callback_data;
      return typeof button.text === "string" && typeof data === "string" ? [{ text: button.text, data }] : [];
    }),
  );
}

/** A text that is not blank; numbers are written out. */
export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** A number, also one that was written as text. */
export function number(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

/** The texts of one value or of a list. */
export function textList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each) => text(each) ?? []);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
