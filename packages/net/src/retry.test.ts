import { describe, expect, it } from "vitest";
import { retry, retryDelay } from "./index.ts";

const exact = { baseMs: 100, maxMs: 1_000, random: () => 0.5 };

describe("retryDelay", () => {
  it("grows up to its limit", () => {
    expect([1, 2, 3, 4, 5, 50, 5_000].map((attempt) => retryDelay({ ...exact, attempt }))).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000,
    ]);
    expect(retryDelay({ ...exact, attempt: 3, factor: 1.5 })).toBe(225);
  });

  it("spreads by the jitter and stays within zero and the limit", () => {
    expect(retryDelay({ ...exact, attempt: 1, random: () => 0 })).toBe(90);
    expect(retryDelay({ ...exact, attempt: 1, jitter: 0.5, random: () => 0.999999 })).toBe(150);
    expect(retryDelay({ ...exact, attempt: 9, random: () => 0.999999 })).toBe(1_000);
    expect(retryDelay({ ...exact, attempt: 1, jitter: 3, random: () => 0 })).toBe(0);
    const drawn = retryDelay({ baseMs: 100, maxMs: 1_000, attempt: 1 });
    expect(drawn).toBeGreaterThanOrEqual(90);
    expect(drawn).toBeLessThanOrEqual(110);
  });
});

describe("retry", () => {
  function failing(failures: number, error: unknown = new Error("busy")) {
    const seen: number[] = [];
    const waits: number[] = [];
    return {
      seen,
      waits,
      run: async ({ attempt }: { attempt: number }) => {
        seen.push(attempt);
        if (attempt <= failures) throw error;
        return `done at ${attempt}`;
      },
      options: { ...exact, wait: async (ms: number) => void waits.push(ms) },
    };
  }

  it("returns what an attempt returns, after growing delays", async () => {
    const job = failing(2);
    await expect(retry(job.run, job.options)).resolves.toBe("done at 3");
    expect(job.waits).toEqual([100, 200]);
  });

  it("throws the last error when no attempt is left or the error is not worth one", async () => {
    const job = failing(9);
    await expect(retry(job.run, { ...job.options, attempts: 4 })).rejects.toThrow("busy");
    expect(job.seen).toEqual([1, 2, 3, 4]);
    const fatal = failing(9);
    await expect(retry(fatal.run, { ...fatal.options, shouldRetry: () => false })).rejects.toThrow("busy");
    expect(fatal.seen).toEqual([1]);
  });

  it("waits as long as the server asks, and gives up when that is too long", async () => {
    const job = failing(1);
    const events: number[] = [];
    await retry(job.run, { ...job.options, retryAfterMs: () => 5_000, onRetry: ({ delayMs }) => events.push(delayMs) });
    expect(job.waits).toEqual([5_000]);
    expect(events).toEqual([5_000]);
    const long = failing(1);
    await expect(retry(long.run, { ...long.options, retryAfterMs: () => 300_001 })).rejects.toThrow("busy");
    expect(long.waits).toEqual([]);
    const odd = failing(1);
    await retry(odd.run, { ...odd.options, retryAfterMs: () => Number.NaN });
    expect(odd.waits).toEqual([100]);
  });

  it("ends at once when aborted while waiting, with the signal's reason", async () => {
    const abort = new AbortController();
    const job = failing(9);
    const outcome = retry(job.run, {
      baseMs: 3_600_000,
      maxMs: 3_600_000,
      signal: abort.signal,
      onRetry: () => queueMicrotask(() => abort.abort(new Error("stopped"))),
    });
    await expect(outcome).rejects.toThrow("stopped");
    expect(job.seen).toEqual([1]);
  });

  it("makes no attempt when aborted before, between or during one", async () => {
    const job = failing(9);
    await expect(retry(job.run, { ...job.options, signal: AbortSignal.abort(new Error("early")) })).rejects.toThrow(
      "early",
    );
    expect(job.seen).toEqual([]);
    const during = new AbortController();
    await expect(
      retry(
        () => {
          during.abort(new Error("during"));
          throw new Error("its own words");
        },
        { ...exact, signal: during.signal },
      ),
    ).rejects.toThrow("during");
    const between = new AbortController();
    await expect(
      retry(failing(9).run, { ...exact, signal: between.signal, onRetry: () => between.abort(new Error("between")) }),
    ).rejects.toThrow("between");
  });

  it("really waits when no other way is given", async () => {
    const job = failing(1);
    await expect(retry(job.run, { baseMs: 1, maxMs: 1 })).resolves.toBe("done at 2");
  });
});
