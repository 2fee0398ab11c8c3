import { type CallOutcome, type RunResult, stripReasoningTags } from "@openclaw/agent-runtime";
import type { JournalEntry } from "@openclaw/storage";
import { z } from "zod";

const usage = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  totalTokens: z.number(),
  cost: z.object({
    input: z.number(),
    output: z.number(),
    cacheRead: z.number(),
    cacheWrite: z.number(),
    total: z.number(),
  }),
});

/** An outcome as the journal keeps it. */
const stored = z.object({
  call: z.object({
    status: z.enum(["ok", "error", "timeout", "aborted", "unknown"]),
    reply: z.string().optional(),
    error: z.string().optional(),
    usage: usage.optional(),
    startedAt: z.number().optional(),
    endedAt: z.number().optional(),
  }),
});

/** What a run came to, for the run that asked for it. */
export function callOutcome(result: RunResult): CallOutcome {
  const reply = lastText(result.texts);
  const cutOff = result.stopReason === "timeout" && result.status !== "aborted";
  return {
    status: cutOff ? "timeout" : result.status === "ok" ? "ok" : result.status === "error" ? "error" : "aborted",
    ...(reply === undefined ? {} : { reply }),
    ...(result.error === undefined ? {} : { error: result.error }),
    ...(result.usage === undefined ? {} : { usage: result.usage }),
    startedAt: result.startedAt,
    endedAt: result.endedAt,
  };
}

/** The same from what the journal holds of a run that has ended. */
export function storedOutcome(entry: JournalEntry): CallOutcome {
  const ended = entry.endedAt === undefined ? {} : { endedAt: entry.endedAt };
  if (entry.state === "aborted") return { status: "aborted", ...ended };
  const parsed = stored.safeParse(entry.result);
  if (parsed.success) {
    const { call } = parsed.data;
    return JSON.parse(JSON.stringify(call)) as CallOutcome;
  }
  const summary = z.object({ summary: z.string() }).safeParse(entry.result);
  if (summary.success) return { status: "error", error: summary.data.summary, ...ended };
  return { status: "unknown", ...ended };
}

/** The last text with anything in it but reasoning. */
function lastText(texts: readonly string[]): string | undefined {
  return texts
    .map((text) => stripReasoningTags(text).trim())
    .filter((text) => text !== "")
    .at(-1);
}
