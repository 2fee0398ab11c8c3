import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { MessageDraft, type MessageSource } from "./message-draft.ts";

/** How one call of the model ended. The draft holds what came, whatever the end. */
export type ModelAnswer =
  | { end: "complete"; draft: MessageDraft }
  | { end: "aborted"; draft: MessageDraft }
  | { end: "failed"; draft: MessageDraft; error: unknown };

/** The provider ended the stream without saying that the answer is complete. */
export class IncompleteAnswerError extends Error {
  override readonly name = "IncompleteAnswerError";
  readonly code = "incomplete-answer";
}

/**
 * Asks the model once and collects its answer. Never throws: a failure, also one in the middle of the stream, is a
 * result. A provider that ignores the abort signal is left behind.
 */
export async function askModel(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions & { abortSignal: AbortSignal },
  source: MessageSource,
  onDelta: (added: { text?: string; thinking?: string }, draft: MessageDraft) => void,
): Promise<ModelAnswer> {
  const signal = options.abortSignal;
  const draft = new MessageDraft(source);
  if (signal.aborted) return { end: "aborted", draft };
  let cancel = () => {};
  try {
    const stream = await openStream(model, options);
    if (stream === undefined) return { end: "aborted", draft };
    const reader = stream.getReader();
    // Cancelling settles a pending read at once, whatever the provider does with it.
    cancel = () => void reader.cancel(signal.reason).catch(ignoreCancelFailure);
    signal.addEventListener("abort", cancel, { once: true });
    // It may have come between the opening of the stream and this line; nobody would tell of it again.
    if (signal.aborted) cancel();
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) return { end: "aborted", draft };
      if (done) break;
      if (value.type === "error") throw value.error;
      const added = draft.add(value);
      if (added.text !== undefined || added.thinking !== undefined) onDelta(added, draft);
    }
    refuseIncomplete(draft);
    draft.complete();
    return { end: "complete", draft };
  } catch (error) {
    return signal.aborted ? { end: "aborted", draft } : { end: "failed", draft, error };
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Opens the stream, or gives up waiting for it when the signal is aborted. */
async function openStream(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions & { abortSignal: AbortSignal },
): Promise<ReadableStream<LanguageModelV4StreamPart> | undefined> {
  const signal = options.abortSignal;
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    model.doStream(options).then(
      ({ stream }) => {
        signal.removeEventListener("abort", onAbort);
        if (signal.aborted) stream.cancel(signal.reason).catch(ignoreCancelFailure);
        resolve(signal.aborted ? undefined : stream);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", onAbort);
        reject(error);
      },
    );
  });
}

function refuseIncomplete(draft: MessageDraft): void {
  const finish = draft.finish;
  if (finish === undefined || finish.unified === "interrupted") {
    throw new IncompleteAnswerError("The model's answer broke off before its end.");
  }
  if (finish.unified === "error") {
    throw new IncompleteAnswerError(`The model ended its answer with an error (${finish.raw ?? "no reason given"}).`);
  }
}

/** Whoever cancels a stream no longer cares how it ends. */
function ignoreCancelFailure(): undefined {
  return undefined;
}
