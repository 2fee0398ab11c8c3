import type { SessionUpdate, ToolKind } from "@agentclientprotocol/sdk";
import { z } from "zod";

const maxValueChars = 100;

const toolEvent = z.discriminatedUnion("phase", [
  z.looseObject({ phase: z.literal("start"), name: z.string(), toolCallId: z.string(), args: z.unknown().optional() }),
  z.looseObject({ phase: z.literal("update") }),
  z.looseObject({
    phase: z.literal("result"),
    name: z.string(),
    toolCallId: z.string(),
    isError: z.boolean().optional(),
    result: z.unknown().optional(),
  }),
]);

/** What an editor is told of a tool of the agent; undefined for what it need not know. */
export function toolUpdate(data: unknown): SessionUpdate | undefined {
  const event = toolEvent.safeParse(data).data;
  if (event?.phase === "start") {
    const { toolCallId, name, args } = event;
    return {
      sessionUpdate: "tool_call",
      toolCallId,
      title: toolTitle(name, args),
      status: "in_progress",
      rawInput: args,
      kind: toolKind(name),
    };
  }
  if (event?.phase === "result") {
    const { toolCallId, isError, result } = event;
    return {
      sessionUpdate: "tool_call_update",
      toolCallId,
      status: isError === true ? "failed" : "completed",
      ...(result === undefined ? {} : { rawOutput: result }),
    };
  }
  return undefined;
}

/** `read: path: notes.md, limit: 10` */
function toolTitle(name: string, args: unknown): string {
  const entries = typeof args === "object" && args !== null ? Object.entries(args) : [];
  const shown = entries.map(([key, value]) => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    return `${key}: ${text.length > maxValueChars ? `${text.slice(0, maxValueChars)}…` : text}`;
  });
  return shown.length === 0 ? name : `${name}: ${shown.join(", ")}`;
}

/** Words in names of tools, by the kind of work they stand for; the first that fits counts. */
const kinds: readonly (readonly [ToolKind, readonly string[]])[] = [
  ["fetch", ["fetch", "http", "browser", "download"]],
  ["search", ["search", "find", "grep", "glob"]],
  ["execute", ["exec", "bash", "run", "process", "shell", "command"]],
  ["delete", ["delete", "remove", "rm"]],
  ["move", ["move", "rename", "mv"]],
  ["edit", ["edit", "write", "patch"]],
  ["read", ["read", "get", "ls", "list", "history", "image", "status"]],
];

export function toolKind(name: string): ToolKind {
  const words = name.toLowerCase().split(/[^a-z]+/);
  return kinds.find(([, signs]) => signs.some((sign) => words.includes(sign)))?.[0] ?? "other";
}
