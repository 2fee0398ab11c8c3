import type { ClientTool } from "@openclaw/agent-runtime";
import { z } from "zod";
import { ApiError } from "./api-error.ts";
import { foldMessages, type RequestMessage } from "./fold-messages.ts";
import { fileOfUrl, type SentFile } from "./request-files.ts";

const source = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("url"), url: z.string().min(1) }),
  z.strictObject({
    type: z.literal("base64"),
    media_type: z.string().optional(),
    data: z.string().min(1),
    filename: z.string().optional(),
  }),
]);
// `source` is ours; the other keys of images and files are those of OpenAI's clients.
const part = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("input_text"), text: z.string() }),
  z.strictObject({
    type: z.literal("output_text"),
    text: z.string(),
    annotations: z.unknown().optional(),
    logprobs: z.unknown().optional(),
  }),
  z.strictObject({ type: z.literal("refusal"), refusal: z.string() }),
  z.strictObject({
    type: z.literal("input_image"),
    source: source.optional(),
    image_url: z.string().min(1).nullish(),
    detail: z.string().nullish(),
  }),
  z.strictObject({
    type: z.literal("input_file"),
    source: source.optional(),
    filename: z.string().optional(),
    file_url: z.string().min(1).nullish(),
    file_data: z.string().min(1).nullish(),
  }),
]);
type Part = z.output<typeof part>;

const content = z.union([z.string(), z.array(part)]);
/** Clients send back what they were given, with its id and state. */
const echoed = { id: z.string().nullish(), status: z.string().nullish() };
const items = {
  message: z.strictObject({
    ...echoed,
    type: z.literal("message").optional(),
    role: z.enum(["system", "developer", "user", "assistant"]),
    content,
    phase: z.unknown().optional(),
  }),
  function_call: z.strictObject({
    ...echoed,
    type: z.literal("function_call"),
    call_id: z.string().optional(),
    name: z.string(),
    arguments: z.string(),
  }),
  function_call_output: z.strictObject({
    ...echoed,
    type: z.literal("function_call_output"),
    call_id: z.string().min(1),
    output: content,
  }),
  reasoning: z.looseObject({ type: z.literal("reasoning") }),
  item_reference: z.strictObject({ type: z.literal("item_reference").optional(), id: z.string() }),
};
const toolKeys = {
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.unknown().optional(),
};
const nestedTool = z.strictObject({ type: z.literal("function"), function: z.strictObject(toolKeys) });
/** OpenAI's own form. */
const flatTool = z.strictObject({ type: z.literal("function"), ...toolKeys });
const requestBody = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.unknown())]),
  instructions: z.string().nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "none", "required"]),
      z.strictObject({
        type: z.literal("function"),
        name: z.string().optional(),
        function: z.strictObject({ name: z.string().optional() }).optional(),
      }),
    ])
    .nullish(),
  stream: z.boolean().nullish(),
  user: z.string().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  // Accepted and not used: an agent keeps its own conversation and settings.
  max_tool_calls: z.unknown().optional(),
  reasoning: z.unknown().optional(),
  metadata: z.unknown().optional(),
  store: z.unknown().optional(),
  previous_response_id: z.unknown().optional(),
  truncation: z.unknown().optional(),
  temperature: z.unknown().optional(),
  top_p: z.unknown().optional(),
});

export interface ResponsesRequest {
  model: string;
  stream: boolean;
  user: string | undefined;
  text: string;
  /** For the system prompt of the turn. */
  instructions: string[];
  images: readonly SentFile[];
  files: readonly SentFile[];
  clientTools: ClientTool[];
  maxOutputTokens: number | undefined;
}

/**
 * Reads the body of `POST /v1/responses`.
 * @throws ApiError 400 naming the first thing that is wrong
 */
export function readResponsesRequest(given: unknown): ResponsesRequest {
  const body = parsed(requestBody, given, "");
  const messages =
    typeof body.input === "string"
      ? [{ role: "user" as const, text: body.input, images: [], files: [] }]
      : body.input.flatMap((item, at) => readItem(item, `input.${at}`));
  const { clientTools, order } = chooseTools(
    (body.tools ?? []).map((tool, at) => readTool(tool, `tools.${at}`)),
    body.tool_choice ?? "auto",
  );
  const folded = foldMessages(messages);
  if (folded === undefined) throw new ApiError(400, "Missing user message in `input`.");
  return {
    ...folded,
    model: body.model,
    stream: body.stream === true,
    user: body.user ?? undefined,
    instructions: [body.instructions ?? "", ...folded.instructions, order].filter((one) => one.trim() !== ""),
    clientTools,
    maxOutputTokens: body.max_output_tokens ?? undefined,
  };
}

function readItem(given: unknown, at: string): RequestMessage[] {
  const type = typeOf(given);
  switch (type) {
    case "message": {
      const { role, content: said } = parsed(items.message, given, at);
      const parts = partsOf(said);
      const ofUser = role === "user";
      return [
        {
          role: role === "developer" ? "system" : role,
          text: textOf(parts),
          images: ofUser ? parts.flatMap(imageOf) : [],
          files: ofUser ? parts.flatMap(fileOf) : [],
        },
      ];
    }
    case "function_call_output": {
      const { call_id: name, output } = parsed(items.function_call_output, given, at);
      const parts = partsOf(output);
      return [
        { role: "tool", name, text: textOf(parts), images: parts.flatMap(imageOf), files: parts.flatMap(fileOf) },
      ];
    }
    // The transcript of the session holds what the model said and called.
    case "function_call":
      parsed(items.function_call, given, at);
      return [];
    case "reasoning":
      parsed(items.reasoning, given, at);
      return [];
    case "item_reference":
      parsed(items.item_reference, given, at);
      return [];
    default:
      throw new ApiError(400, `${at}.type: there is no item of the type ${JSON.stringify(type)}`);
  }
}

/** Messages may leave their type out. */
function typeOf(item: unknown): unknown {
  if (typeof item !== "object" || item === null || !("type" in item)) return "message";
  return item.type;
}

function partsOf(said: string | Part[]): Part[] {
  return typeof said === "string" ? [{ type: "input_text", text: said }] : said;
}

function textOf(parts: readonly Part[]): string {
  return parts
    .flatMap((one) => {
      if (one.type === "input_text" || one.type === "output_text") return one.text;
      return one.type === "refusal" ? one.refusal : [];
    })
    .join("\n");
}

function imageOf(one: Part): SentFile[] {
  if (one.type !== "input_image") return [];
  if (one.source !== undefined) return [sentFile(one.source)];
  if (one.image_url) return [fileOfUrl(one.image_url)];
  throw new ApiError(400, "input_image needs `source` or `image_url`");
}

function fileOf(one: Part): SentFile[] {
  if (one.type !== "input_file") return [];
  const { filename } = one;
  if (one.source !== undefined) return [sentFile(one.source, filename)];
  if (one.file_url) return [fileOfUrl(one.file_url, filename)];
  // OpenAI's clients send a data URL; plain base64 is understood as well.
  if (one.file_data?.startsWith("data:")) return [fileOfUrl(one.file_data, filename)];
  if (one.file_data) return [{ from: "data", base64: one.file_data, fileName: filename }];
  throw new ApiError(400, "input_file needs `source`, `file_url` or `file_data`");
}

function sentFile(given: z.output<typeof source>, fileName?: string): SentFile {
  if (given.type === "url") return fileOfUrl(given.url, fileName);
  return { from: "data", base64: given.data, mimeType: given.media_type, fileName: fileName ?? given.filename };
}

function readTool(given: unknown, at: string): ClientTool {
  const isNested = typeof given === "object" && given !== null && "function" in given;
  const { name, description, parameters } = isNested
    ? parsed(nestedTool, given, at).function
    : parsed(flatTool, given, at);
  return { name, ...(description ? { description } : {}), ...(parameters ? { parameters } : {}) };
}

/** The tools that are offered, and what the model is told to call first. */
function chooseTools(
  tools: ClientTool[],
  wanted: NonNullable<z.output<typeof requestBody>["tool_choice"]>,
): { clientTools: ClientTool[]; order: string } {
  if (wanted === "auto") return { clientTools: tools, order: "" };
  if (wanted === "none") return { clientTools: [], order: "" };
  if (wanted === "required") {
    if (tools.length === 0) throw new ApiError(400, "tool_choice=required but no tools were provided");
    return { clientTools: tools, order: "Call one of the client's tools before you answer." };
  }
  const name = (wanted.function?.name ?? wanted.name)?.trim();
  if (!name) throw new ApiError(400, "tool_choice.function.name is required");
  const named = tools.filter((tool) => tool.name === name);
  if (named.length === 0) throw new ApiError(400, `tool_choice requested unknown tool: ${name}`);
  return { clientTools: named, order: `Call the tool ${name} before you answer.` };
}

function parsed<T extends z.ZodType>(schema: T, given: unknown, at: string): z.output<T> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = [at, ...(issue?.path ?? [])].filter((step) => step !== "").join(".");
  throw new ApiError(400, `${path}: ${issue?.message ?? "Invalid input"}`);
}
