import type { ResolvedModel } from "@openclaw/models";
import {
  mergeOrphanedText,
  type NewEntry,
  type OrphanedPrompt,
  stoppedRunMark,
  type Transcript,
  type UserBlock,
} from "@openclaw/sessions";
import type { RunPrompt } from "./run-request.ts";

/**
 * The entries that say which model and thinking level are in use, where that has changed: at the start of a session and
 * after a switch.
 */
export function changedSettings(
  transcript: Transcript,
  model: ResolvedModel,
  thinking: string,
  now: number,
): NewEntry[] {
  const before = transcript.leafId === null ? undefined : transcript.settings();
  const { provider, model: modelId } = model.ref;
  const entries: NewEntry[] = [];
  if (before?.model?.provider !== provider || before.model.modelId !== modelId) {
    entries.push({ type: "model_change", provider, modelId });
  }
  if (before?.thinkingLevel !== thinking) entries.push({ type: "thinking_level_change", thinkingLevel: thinking });
  if (!isSnapshotOf(before?.modelSnapshot, provider, modelId)) {
    const data = { timestamp: now, provider, modelApi: model.info.api, modelId };
    entries.push({ type: "custom", customType: "model-snapshot", data });
  }
  return entries;
}

function isSnapshotOf(snapshot: unknown, provider: string, modelId: string): boolean {
  if (typeof snapshot !== "object" || snapshot === null) return false;
  return (
    "provider" in snapshot && snapshot.provider === provider && "modelId" in snapshot && snapshot.modelId === modelId
  );
}

export interface RecordPromptOptions {
  note?: string | undefined;
  settings?: readonly NewEntry[];
  wasStopped?: WasStopped | undefined;
}

/** Whether the user stopped a run; known even where its end did not reach the transcript. */
export type WasStopped = (runId: string) => boolean;

/**
 * Writes the user message of a run. A message before it that was never answered is taken along, because two user turns
 * in a row confuse models, unless its run was stopped by the user, which `wasStopped` knows also when a crash kept the
 * transcript from saying so. `note` stands in front of the text on a line of its
 * own; the entries of `settings` go before the message in the same write.
 */
export function recordPrompt(
  transcript: Transcript,
  request: { runId: string; prompt: RunPrompt | undefined },
  now: number,
  { note, settings = [], wasStopped }: RecordPromptOptions = {},
): void {
  const { prompt, runId } = request;
  const [first, ...rest] = settings;
  if (prompt === undefined) {
    if (first) transcript.appendAll([first, ...rest]);
    return;
  }
  const orphan = transcript.leafId === null ? undefined : transcript.orphan();
  const kept = orphan !== undefined && !wasAborted(transcript, orphan, wasStopped) ? orphan : undefined;
  if (orphan !== undefined) transcript.branch(orphan.parentId);

  const merged = mergeOrphanedText(kept?.text ?? "", prompt.text);
  const text = note === undefined ? merged : `${note}\n${merged}`;
  const images: UserBlock[] = (prompt.images ?? []).map(({ data, mimeType }) => ({ type: "image", data, mimeType }));
  const content: UserBlock[] = [{ type: "text", text }, ...(kept?.images ?? []), ...images];
  // The run's id stands beside the message, where other programs ignore it and a resumed run finds it.
  const message: NewEntry = {
    type: "message",
    message: { role: "user", content, timestamp: now },
    openclawRunId: runId,
  };
  transcript.appendAll(first ? [first, ...rest, message] : [message]);
}

/** Leaves an unanswered message of a stopped run behind, as the next prompt would do. */
export function leaveAbortedPrompt(transcript: Transcript, wasStopped?: WasStopped): void {
  const orphan = transcript.leafId === null ? undefined : transcript.orphan();
  if (orphan !== undefined && wasAborted(transcript, orphan, wasStopped)) transcript.branch(orphan.parentId);
}

function wasAborted(transcript: Transcript, { runIds }: OrphanedPrompt, wasStopped: WasStopped = () => false): boolean {
  if (runIds.length > 0 && runIds.every(wasStopped)) return true;
  const path = transcript.activePath();
  for (let at = path.length - 1; at >= 0; at -= 1) {
    const entry = path[at];
    if (entry?.type === "message") return false;
    if (entry?.type === "custom" && entry.customType === stoppedRunMark) return true;
  }
  return false;
}
