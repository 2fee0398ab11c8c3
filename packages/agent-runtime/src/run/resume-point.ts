import {
  type AssistantMessage,
  type ContextMessage,
  isModelMessage,
  type Transcript,
  toolCallsOf,
} from "@openclaw/sessions";
import { readLinesBackward } from "@openclaw/storage";

/** Where a run stands that was cut off. */
export type ResumePoint =
  /** The transcript does not hold the run's message. */
  | { kind: "unrecorded" }
  /** The model has already answered. */
  | (Written & { kind: "answered"; last: AssistantMessage })
  /** The model is to be asked, after the open tool calls were closed. */
  | (Written & { kind: "open" });

/** What the run had written before it was cut off. */
interface Written {
  messages: AssistantMessage[];
  /** The details of the results of its tools. */
  toolDetails: unknown[];
}

/**
 * Finds the entry of the user message that a run wrote, from the end of the transcript. The run's id stands beside the
 * message, as `openclawRunId`; `joined` is the run that a steered message became part of.
 */
export function findRunEntry(path: string, runId: string): { id: string; joined?: string } | undefined {
  const needle = JSON.stringify(runId);
  for (const line of readLinesBackward(path)) {
    if (!line.includes('"openclawRunId"') || !line.includes(needle)) continue;
    const entry = parseEntry(line);
    if (entry === undefined || !("openclawRunId" in entry) || !("id" in entry)) continue;
    if (entry.openclawRunId !== runId || typeof entry.id !== "string") continue;
    const joined =
      "openclawJoined" in entry && typeof entry.openclawJoined === "string" ? entry.openclawJoined : undefined;
    return { id: entry.id, ...(joined === undefined ? {} : { joined }) };
  }
  return undefined;
}

export function findResumePoint(transcript: Transcript, runId: string): ResumePoint {
  const id = findRunEntry(transcript.path, runId)?.id;
  // A long turn may have been compacted behind its own beginning.
  const path = id === undefined ? undefined : transcript.pathFrom(id);
  if (path === undefined) return { kind: "unrecorded" };
  const messages: AssistantMessage[] = [];
  const toolDetails: unknown[] = [];
  let last: ContextMessage | undefined;
  for (const [at, entry] of path.entries()) {
    if (entry.type !== "message") continue;
    // The next run of the session may have begun before the end of this one was noted.
    if (at > 0 && entry.openclawRunId !== undefined && entry.openclawJoined !== runId) break;
    const { message } = entry;
    // A command's reply that was written in between is no answer to the run.
    if (message.role === "assistant" && isModelMessage(message)) messages.push(message);
    else if (message.role === "toolResult") toolDetails.push(message.details);
    else if (message.role !== "user") continue;
    last = message;
  }
  if (last?.role === "assistant" && toolCallsOf(last).length === 0)
    return { kind: "answered", messages, toolDetails, last };
  return { kind: "open", messages, toolDetails };
}

/** Undefined for a line that a crash cut off; the transcript deals with it when it is opened. */
function parseEntry(line: string): object | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? entry : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
