import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { tokenUsage } from "../adapters/token-usage.ts";
import type { CliBackend, CliOutput } from "./cli-backend.ts";

/** What a program has written, read in the form it was asked for. */
export interface BackendAnswer {
  readonly text: string;
  readonly sessionId?: string;
  readonly usage: LanguageModelV4Usage;
  /** The program says of itself that it failed. */
  readonly failed: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a program's output. What is no JSON though it should be counts as plain text. */
export function readOutput(output: string, form: CliOutput, { sessionIdFields }: CliBackend): BackendAnswer {
  const trimmed = output.trim();
  switch (form) {
    case "text":
      return plainText(trimmed);
    case "json": {
      const parsed = parseJson(trimmed);
      if (parsed === undefined) return plainText(trimmed);
      const fields = fieldsOf(parsed);
      const sessionId = firstText(fields, sessionIdFields);
      return {
        text: [fields.message, fields.content, fields.result, parsed].map(textOf).find((text) => text !== "") ?? "",
        usage: usageOf(fields.usage),
        failed: fields.is_error === true,
        ...(sessionId !== undefined && { sessionId }),
      };
    }
    case "jsonl":
      return readLines(trimmed, sessionIdFields);
    default: {
      const never: never = form;
      return never;
    }
  }
}

function plainText(text: string): BackendAnswer {
  return { text, usage: tokenUsage({ input: undefined, output: undefined }), failed: false };
}

function readLines(output: string, idFields: readonly string[]): BackendAnswer {
  const texts: string[] = [];
  let sessionId: string | undefined;
  let usage: unknown;
  for (const line of output.split("\n")) {
    const fields = fieldsOf(parseJson(line.trim()));
    sessionId = firstText(fields, [...idFields, "thread_id"]) ?? sessionId;
    if (Object.keys(fieldsOf(fields.usage)).length > 0) usage = fields.usage;
    const item = fieldsOf(fields.item);
    const isMessage = typeof item.type !== "string" || item.type.toLowerCase().includes("message");
    if (isMessage && typeof item.text === "string") texts.push(item.text);
  }
  return {
    text: texts.join("\n").trim(),
    usage: usageOf(usage),
    failed: false,
    ...(sessionId !== undefined && { sessionId }),
  };
}

/** The text of a message in any of the shapes programs use. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.map(textOf).join("").trim();
  const fields = fieldsOf(value);
  if (typeof fields.text === "string") return fields.text.trim();
  return fields.content === undefined ? "" : textOf(fields.content);
}

function usageOf(value: unknown): LanguageModelV4Usage {
  const fields = fieldsOf(value);
  const input = firstNumber(fields, ["input_tokens", "inputTokens"]);
  const output = firstNumber(fields, ["output_tokens", "outputTokens"]);
  const total = firstNumber(fields, ["total_tokens", "total"]);
  const read = firstNumber(fields, ["cache_read_input_tokens", "cached_input_tokens", "cacheRead"]);
  const write = firstNumber(fields, ["cache_write_input_tokens", "cacheWrite", "cache_creation_input_tokens"]);
  return tokenUsage({
    input: input ?? (total !== undefined && output !== undefined ? Math.max(0, total - output) : total),
    output,
    cacheRead: read,
    cacheWrite: write,
    // OpenAI counts what its cache had as part of the input, the others beside it.
    inputWithoutCache: input !== undefined && fields.cached_input_tokens === undefined,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return undefined;
}

function firstNumber(fields: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "number") return value;
  }
  return undefined;
}
