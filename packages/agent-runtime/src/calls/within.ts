import type { Timers } from "../run/timers.ts";

/** The value, or `late` when it has not come after `ms` milliseconds or when the signal is aborted before. */
export async function within<T>(
  value: Promise<T>,
  ms: number,
  options: { timers: Timers; signal?: AbortSignal | undefined },
): Promise<T | "late"> {
  const { timers, signal } = options;
  let giveUp = () => {};
  let cancel = () => {};
  const late = new Promise<"late">((resolve) => {
    giveUp = () => resolve("late");
    cancel = timers.after(ms, giveUp);
    if (signal?.aborted) giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    cancel();
    signal?.removeEventListener("abort", giveUp);
  }
}
