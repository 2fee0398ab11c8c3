import type { ModelRef } from "@openclaw/models";
import type { Transcript } from "@openclaw/sessions";

/** Says when a provider last saw the context of a session, and so when its cache runs out. */
const cacheMark = "openclaw.cache-ttl";

/** Providers whose caches live for a known time and are paid for when the beginning of a context changes. */
export function cachesContext({ provider, model }: ModelRef): boolean {
  return provider === "anthropic" || (provider === "openrouter" && model.startsWith("anthropic/"));
}

/** Time of the last mark, ms; undefined when there is none. */
export function lastCacheMark(transcript: Transcript): number | undefined {
  const mark = transcript.activePath().findLast((entry) => entry.type === "custom" && entry.customType === cacheMark);
  if (mark?.type !== "custom" || typeof mark.data !== "object" || mark.data === null) return undefined;
  const timestamp: unknown = Reflect.get(mark.data, "timestamp");
  return typeof timestamp === "number" ? timestamp : undefined;
}

export function writeCacheMark(transcript: Transcript, { provider, model }: ModelRef, now: number): void {
  transcript.append({ type: "custom", customType: cacheMark, data: { timestamp: now, provider, modelId: model } });
}
