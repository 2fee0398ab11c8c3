import { cachesContext, writeCacheMark } from "../context/cache-mark.ts";
import { type CompactionResult, compactTranscript } from "../context/compact-transcript.ts";
import { compactionSettings } from "../context/compaction-settings.ts";
import { contextUsage } from "../context/context-usage.ts";
import { pruningSettings } from "../context/pruning-settings.ts";
import { flushMemory } from "./memory-flush.ts";
import { leaveAbortedPrompt } from "./record-prompt.ts";
import { runContext } from "./run-context.ts";
import type { ReadyContext, RunConversation } from "./run-conversation.ts";
import type { RunPrompt } from "./run-request.ts";

/** Before the message of a run is written: notes are taken and the conversation is compacted when its window is filling up. */
export async function makeRoom(conversation: RunConversation): Promise<void> {
  const { transcript, request, prepared, parts, control, window } = conversation;
  if (transcript.leafId === null) return;
  const settings = compactionSettings(parts.config(), window);
  const contextTokens = usedTokens(conversation) + promptTokens(request.prompt, parts.sizes);
  const resumeLimit = control.pauseLimit();
  try {
    const { entry } = conversation;
    const { signal } = control;
    await flushMemory({ request, entry, transcript, prepared, settings, contextTokens, signal }, parts);
    if (signal.aborted || contextTokens <= settings.threshold) return;
    leaveAbortedPrompt(transcript, parts.wasStopped);
    await compact(conversation, "threshold");
  } finally {
    resumeLimit();
  }
}

/** When a provider has refused the context: messages that come in meanwhile wait for the next run. */
export async function compactInTurn(conversation: RunConversation): Promise<CompactionResult> {
  const { control } = conversation;
  const resumeLimit = control.pauseLimit();
  control.takeSteering(false);
  try {
    return await compact(conversation, "overflow");
  } finally {
    control.takeSteering(true);
    resumeLimit();
  }
}

/** After a turn: what the next one would have to wait for is done now. */
export async function compactAfterTurn(conversation: RunConversation): Promise<void> {
  const { parts, control, transcript, prepared, window } = conversation;
  const { ref } = prepared.model;
  if (pruningSettings(parts.config()).mode === "cache-ttl" && cachesContext(ref)) {
    writeCacheMark(transcript, ref, parts.clock.now());
  }
  if (usedTokens(conversation) <= compactionSettings(parts.config(), window).threshold) return;
  const resumeLimit = control.pauseLimit();
  try {
    await compact(conversation, "threshold");
  } finally {
    resumeLimit();
  }
}

/** Whether the message of a run takes more than half of the window by itself, so that no smaller history helps it. */
export function isMessageTooLong({ transcript, prepared, window, parts }: RunConversation): boolean {
  const message = transcript.context().findLast(({ role }) => role === "user");
  const tokens = message === undefined ? 0 : parts.sizes.tokens(message);
  return tokens + prepared.prompt.tokens > window / 2;
}

function compact(conversation: RunConversation, trigger: "threshold" | "overflow"): Promise<CompactionResult> {
  const { request, entry, transcript, prepared, window, control, emit, parts } = conversation;
  const { sessionKey, agentId, channel: messageProvider } = request;
  const place = { agentId, messageProvider };
  const { sessionId } = entry;
  const { signal } = control;
  return compactTranscript(
    { sessionKey, place, sessionId, transcript, prepared, window, trigger, signal, emit },
    parts,
  );
}

function usedTokens({ transcript, request, prepared, parts }: RunConversation): number {
  return contextUsage({
    path: transcript.activePath(),
    messages: runContext(transcript, { sessionKey: request.sessionKey }, parts.config()),
    model: prepared.model.ref,
    fixedTokens: prepared.prompt.tokens,
    sizes: parts.sizes,
  }).tokens;
}

function promptTokens(prompt: RunPrompt | undefined, sizes: ReadyContext["parts"]["sizes"]): number {
  if (prompt === undefined) return 0;
  const images = (prompt.images ?? []).map(({ data, mimeType }) => ({ type: "image" as const, data, mimeType }));
  return sizes.tokens({ role: "user", content: [{ type: "text", text: prompt.text }, ...images], timestamp: 0 });
}
