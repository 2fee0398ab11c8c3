import type { AgentEvent, ChatEvent, ToolStreamData } from "@openclaw/protocol";
import { finishedState, isObject, textOfContent, toolOutput, visibleText } from "./message-content.ts";
import type { Part, ToolCall } from "./turn.ts";

/** Most tool cards of one run. */
const MOST_TOOLS = 50;

/** A run that has not ended, as far as this page has seen it. */
export interface LiveRun {
  runId: string;
  /** This page sent the message. */
  own: boolean;
  parts: readonly Part[];
  /**
   * Where the text comes from. `agent` events tell the order of texts and tools; `chat` deltas carry the text of the
   * whole turn and are used only while no agent event was seen.
   */
  textFrom: "nothing" | "chat" | "agent";
  compacting: boolean;
}

export function newRun(runId: string, own: boolean): LiveRun {
  return { runId, own, parts: [], textFrom: "nothing", compacting: false };
}

/** Applies an `agent` event of the run. */
export function withAgentEvent(run: LiveRun, event: AgentEvent): LiveRun {
  switch (event.stream) {
    case "assistant":
      return withAssistantText(run, event.data.text, event.data.delta);
    case "tool":
      return { ...run, parts: withTool(run.parts, event.data) };
    case "compaction":
      return { ...run, compacting: event.data.phase === "start" };
    default:
      return run;
  }
}

/** Applies a `chat` delta of either protocol version. */
export function withChatDelta(run: LiveRun, event: Extract<ChatEvent, { state: "delta" }>): LiveRun {
  if (run.textFrom === "agent") return run;
  const before = textSoFar(run.parts);
  const whole = event.message ? textOfContent(event.message.content) : undefined;
  const appended =
    event.deltaText === undefined ? undefined : event.replace ? event.deltaText : before + event.deltaText;
  const text = whole ?? appended ?? before;
  // Deltas may be dropped or overtaken; a shorter text is an older one unless the Gateway says that it replaces.
  if (text.length < before.length && !event.replace) return run;
  const others = run.parts.filter((part) => part.kind !== "text");
  return { ...run, textFrom: "chat", parts: [...others, { kind: "text", text }] };
}

/** The run's parts once it ended with `text`, which counts when nothing else was seen. */
export function finishedParts(run: LiveRun, text: string): Part[] {
  const visible = visibleText(text);
  const parts = run.parts.flatMap((part): Part[] => {
    if (part.kind !== "text") return [part];
    const kept = visibleText(part.text);
    return kept ? [{ kind: "text", text: kept }] : [];
  });
  if (visible === "" || run.textFrom === "agent") return parts;
  return [...parts.filter((part) => part.kind !== "text"), { kind: "text", text: visible }];
}

/** Without the parts a reloaded history already shows. */
export function withoutKnownParts(run: LiveRun, known: readonly Part[]): LiveRun {
  if (known.length === 0) return run;
  const texts = new Set(known.flatMap((part) => (part.kind === "text" ? [part.text] : [])));
  const calls = new Set(known.flatMap((part) => (part.kind === "tool" ? [part.call.id] : [])));
  const parts = run.parts.filter(
    (part) =>
      !(part.kind === "text" && texts.has(visibleText(part.text))) &&
      !(part.kind === "tool" && calls.has(part.call.id)),
  );
  return parts.length === run.parts.length ? run : { ...run, parts };
}

function withAssistantText(run: LiveRun, text: string, delta: string): LiveRun {
  const parts = run.textFrom === "chat" ? run.parts.filter((part) => part.kind !== "text") : run.parts;
  const last = parts.at(-1);
  // A text that is all new begins another message of the same turn.
  const continues = last?.kind === "text" && !(text === delta && last.text !== "" && !text.startsWith(last.text));
  const next: Part = { kind: "text", text };
  return { ...run, textFrom: "agent", parts: continues ? [...parts.slice(0, -1), next] : [...parts, next] };
}

function withTool(parts: readonly Part[], data: ToolStreamData): readonly Part[] {
  const index = parts.findLastIndex((part) => part.kind === "tool" && part.call.id === data.toolCallId);
  const found = parts[index];
  const call: ToolCall =
    found?.kind === "tool" ? found.call : { id: data.toolCallId, name: data.name, args: undefined, state: "open" };
  const part: Part = { kind: "tool", call: applyToolData(call, data) };
  if (index >= 0) return parts.with(index, part);
  if (parts.filter(({ kind }) => kind === "tool").length >= MOST_TOOLS) return parts;
  return [...parts, part];
}

function applyToolData(call: ToolCall, data: ToolStreamData): ToolCall {
  switch (data.phase) {
    case "start":
      return { ...call, args: data.args };
    case "update":
      return { ...call, ...toolOutput(data.partialResult) };
    case "result":
      return {
        ...call,
        state: finishedState(data.isError, isObject(data.result) ? data.result.details : undefined),
        ...toolOutput(data.result),
        ...(data.meta ? { meta: data.meta } : {}),
      };
  }
}

function textSoFar(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}
