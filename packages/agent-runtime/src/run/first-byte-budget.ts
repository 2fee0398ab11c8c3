import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Timers } from "./timers.ts";

/** Least time a server gets to begin its answer, ms: models that read much are slow to begin. */
const leastBudgetMs = 30_000;

/**
 * A model that has only its share of the run's time to begin an answer, so that one that hangs leaves time for the others.
 * Once it has begun, only the run's own limit counts.
 */
export function withFirstByteBudget(
  model: LanguageModelV4,
  options: { timeLeftMs: number | undefined; places: number; timers: Timers },
): LanguageModelV4 {
  const { timeLeftMs, places, timers } = options;
  if (timeLeftMs === undefined || places < 2) return model;
  const budget = Math.max(Math.min(leastBudgetMs, timeLeftMs), Math.floor(timeLeftMs / places));
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (call) => model.doGenerate(call),
    async doStream(call) {
      const late = new AbortController();
      const cancel = timers.after(budget, () =>
        late.abort(new DOMException(`no answer had begun after ${Math.round(budget / 1000)} s`, "TimeoutError")),
      );
      const ended = new Promise<never>((_, reject) => {
        late.signal.addEventListener("abort", () => reject(late.signal.reason), { once: true });
      });
      // Without a listener of its own the promise of a call that was in time would count as unhandled.
      ended.catch(() => undefined);
      try {
        const abortSignal = call.abortSignal ? AbortSignal.any([call.abortSignal, late.signal]) : late.signal;
        return await Promise.race([model.doStream({ ...call, abortSignal }), ended]);
      } finally {
        cancel();
      }
    },
  };
}
