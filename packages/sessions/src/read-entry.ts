import type {
  AssistantBlock,
  AssistantMessage,
  StopReason,
  ToolCallBlock,
  TranscriptMessage,
  Usage,
  UserBlock,
} from "./message.ts";
import { zeroUsage } from "./message.ts";
import { isRecord } from "./session-entry.ts";
import type { EntryLink, NewEntry, TranscriptEntry, TranscriptHeader } from "./transcript-entry.ts";

// Transcripts are written by several programs and edited by hand, so nothing about a line is taken for granted:
// a field of the wrong type becomes a harmless value, a line without an id is no entry.

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** Parses one line; undefined when it is no JSON object. */
export function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The header a first line holds; undefined when it is none. A missing version counts as 1. */
export function readHeader(record: Record<string, unknown> | undefined): TranscriptHeader | undefined {
  if (record?.type !== "session" || typeof record.id !== "string" || record.id === "") return undefined;
  return {
    ...record,
    type: "session",
    version: typeof record.version === "number" ? record.version : 1,
    id: record.id,
    timestamp: text(record.timestamp),
    cwd: text(record.cwd),
  };
}

/** The entry a line holds; undefined when it lacks an id. */
export function readEntry(record: Record<string, unknown>): TranscriptEntry | undefined {
  if (typeof record.id !== "string" || record.id === "" || record.type === "session") return undefined;
  const link: EntryLink = {
    id: record.id,
    parentId: typeof record.parentId === "string" ? record.parentId : null,
    timestamp: text(record.timestamp),
  };
  const known = readKnownEntry(record, link);
  return known ? { ...known, ...link } : { type: "unknown", ...link, raw: record };
}

function readKnownEntry(record: Record<string, unknown>, link: EntryLink): NewEntry | undefined {
  switch (record.type) {
    case "message": {
      const message = readMessage(record.message, Date.parse(link.timestamp) || 0);
      if (!message) return undefined;
      const { openclawRunId, openclawJoined } = record;
      return {
        type: "message",
        message,
        ...(typeof openclawRunId === "string" ? { openclawRunId } : {}),
        ...(typeof openclawJoined === "string" ? { openclawJoined } : {}),
      };
    }
    case "model_change":
      return { type: "model_change", provider: text(record.provider), modelId: text(record.modelId) };
    case "thinking_level_change":
      return { type: "thinking_level_change", thinkingLevel: text(record.thinkingLevel) };
    case "compaction":
      return {
        type: "compaction",
        summary: text(record.summary),
        firstKeptEntryId: text(record.firstKeptEntryId),
        tokensBefore: count(record.tokensBefore),
        ...(record.details === undefined ? {} : { details: record.details }),
        ...(typeof record.fromHook === "boolean" ? { fromHook: record.fromHook } : {}),
      };
    case "branch_summary":
      return {
        type: "branch_summary",
        fromId: text(record.fromId) || "root",
        summary: text(record.summary),
        ...(record.details === undefined ? {} : { details: record.details }),
        ...(typeof record.fromHook === "boolean" ? { fromHook: record.fromHook } : {}),
      };
    case "custom":
      return {
        type: "custom",
        customType: text(record.customType),
        ...(record.data === undefined ? {} : { data: record.data }),
      };
    case "custom_message":
      return {
        type: "custom_message",
        customType: text(record.customType),
        content: readUserContent(record.content),
        display: record.display !== false,
        ...(record.details === undefined ? {} : { details: record.details }),
      };
    case "label":
      return {
        type: "label",
        targetId: text(record.targetId),
        ...(typeof record.label === "string" ? { label: record.label } : {}),
      };
    case "session_info":
      return { type: "session_info", ...(typeof record.name === "string" ? { name: record.name } : {}) };
    default:
      return undefined;
  }
}

/** A stored message in the one shape the rest of the program sees; undefined for roles nobody knows. */
export function readMessage(value: unknown, fallbackTime: number): TranscriptMessage | undefined {
  if (!isRecord(value)) return undefined;
  const timestamp = typeof value.timestamp === "number" ? value.timestamp : fallbackTime;
  switch (value.role) {
    case "user":
      return { ...value, role: "user", content: readUserContent(value.content), timestamp };
    case "assistant":
      return readAssistant(value, timestamp);
    case "toolResult":
      return {
        ...value,
        role: "toolResult",
        toolCallId: text(value.toolCallId),
        toolName: text(value.toolName),
        content: userBlocks(value.content),
        isError: value.isError === true,
        timestamp,
      };
    case "custom":
    case "hookMessage":
      return { ...value, role: "custom", content: readUserContent(value.content), timestamp };
    case "bashExecution":
      return {
        role: "bashExecution",
        command: text(value.command),
        output: text(value.output),
        ...(typeof value.exitCode === "number" ? { exitCode: value.exitCode } : {}),
        cancelled: value.cancelled === true,
        truncated: value.truncated === true,
        ...(typeof value.fullOutputPath === "string" ? { fullOutputPath: value.fullOutputPath } : {}),
        ...(value.excludeFromContext === true ? { excludeFromContext: true } : {}),
        timestamp,
      };
    default:
      return undefined;
  }
}

function readUserContent(content: unknown): string | UserBlock[] {
  return typeof content === "string" ? content : userBlocks(content);
}

function userBlocks(content: unknown): UserBlock[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown): UserBlock[] => {
    if (!isRecord(block)) return [];
    if (block.type === "text") return [{ ...block, type: "text", text: text(block.text) }];
    if (block.type === "image" && typeof block.data === "string") {
      return [{ ...block, type: "image", data: block.data, mimeType: text(block.mimeType) }];
    }
    return [];
  });
}

const stopReasons: readonly string[] = ["stop", "length", "toolUse", "error", "aborted"] satisfies StopReason[];

function isStopReason(value: unknown): value is StopReason {
  return typeof value === "string" && stopReasons.includes(value);
}

function readAssistant(value: Record<string, unknown>, timestamp: number): AssistantMessage {
  const { errorMessage, ...rest } = value;
  return {
    ...rest,
    role: "assistant",
    content: assistantBlocks(value.content),
    api: text(value.api),
    provider: text(value.provider),
    model: text(value.model),
    usage: readUsage(value.usage),
    stopReason: isStopReason(value.stopReason) ? value.stopReason : "stop",
    ...(typeof errorMessage === "string" ? { errorMessage } : {}),
    timestamp,
  };
}

function assistantBlocks(content: unknown): AssistantBlock[] {
  if (typeof content === "string") return content ? [{ type: "text", text: content }] : [];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown): AssistantBlock[] => {
    if (!isRecord(block)) return [];
    switch (block.type) {
      case "text":
        return [{ ...block, type: "text", text: text(block.text) }];
      case "thinking":
        return [{ ...block, type: "thinking", thinking: text(block.thinking) }];
      case "toolCall":
      case "toolUse":
      case "tool_use":
      case "functionCall":
        return readToolCall(block);
      default:
        return [];
    }
  });
}

// A call without arguments never ran and cannot be shown to a provider.
function readToolCall(block: Record<string, unknown>): ToolCallBlock[] {
  const args = block.arguments ?? block.input;
  if (!isRecord(args) || typeof block.id !== "string" || typeof block.name !== "string") return [];
  const signature = block.thoughtSignature;
  return [
    {
      type: "toolCall",
      id: block.id,
      name: block.name,
      arguments: args,
      ...(typeof signature === "string" ? { thoughtSignature: signature } : {}),
    },
  ];
}

function readUsage(value: unknown): Usage {
  if (!isRecord(value)) return zeroUsage();
  const cost = isRecord(value.cost) ? value.cost : {};
  return {
    input: count(value.input),
    output: count(value.output),
    cacheRead: count(value.cacheRead),
    cacheWrite: count(value.cacheWrite),
    totalTokens: count(value.totalTokens),
    cost: {
      input: count(cost.input),
      output: count(cost.output),
      cacheRead: count(cost.cacheRead),
      cacheWrite: count(cost.cacheWrite),
      total: count(cost.total),
    },
  };
}
