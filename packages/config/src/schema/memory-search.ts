import { z } from "zod";
import * as t from "./leaves.ts";

const remote = () =>
  z.strictObject({
    baseUrl: t.str,
    apiKey: t.str,
    headers: t.strMap,
    batch: z
      .strictObject({
        enabled: t.flag,
        wait: t.flag,
        concurrency: t.intAbove0,
        pollIntervalMs: t.intFrom0,
        timeoutMinutes: t.intAbove0,
      })
      .optional(),
  });

const sync = () =>
  z.strictObject({
    onSessionStart: t.flag,
    onSearch: t.flag,
    watch: t.flag,
    watchDebounceMs: t.intFrom0,
    intervalMinutes: t.intFrom0,
    sessions: z.strictObject({ deltaBytes: t.intFrom0, deltaMessages: t.intFrom0 }).optional(),
  });

const query = () =>
  z.strictObject({
    maxResults: t.intAbove0,
    minScore: t.share,
    hybrid: z
      .strictObject({ enabled: t.flag, vectorWeight: t.share, textWeight: t.share, candidateMultiplier: t.intAbove0 })
      .optional(),
  });

/** How an agent finds things in its memory files. */
export const memorySearchFragment = () =>
  z.strictObject({
    enabled: t.flag,
    sources: z.array(t.mustChoice("memory", "sessions")).optional(),
    extraPaths: t.strList,
    experimental: z.strictObject({ sessionMemory: t.flag }).optional(),
    provider: t.choice("openai", "local", "gemini", "voyage", "auto", "none"),
    remote: t.later(remote),
    fallback: t.choice("openai", "gemini", "local", "voyage", "none"),
    model: t.str,
    local: z.strictObject({ modelPath: t.str, modelCacheDir: t.str }).optional(),
    store: z
      .strictObject({
        driver: t.choice("lancedb", "sqlite"),
        path: t.str,
        vector: z.strictObject({ enabled: t.flag, extensionPath: t.str }).optional(),
      })
      .optional(),
    chunking: z.strictObject({ tokens: t.intAbove0, overlap: t.intFrom0 }).optional(),
    sync: t.later(sync),
    query: t.later(query),
    cache: z.strictObject({ enabled: t.flag, maxEntries: t.intAbove0 }).optional(),
  });
