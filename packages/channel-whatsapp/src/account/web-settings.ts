import type { ReconnectPolicy } from "@openclaw/plugin-sdk";
import { z } from "zod";

const webSchema = z.object({
  enabled: z.boolean().default(true),
  heartbeatSeconds: z.number().positive().default(60),
  reconnect: z
    .object({
      initialMs: z.number().default(2000),
      maxMs: z.number().default(30_000),
      factor: z.number().default(1.8),
      jitter: z.number().default(0.25),
      maxAttempts: z.number().default(12),
    })
    .prefault({}),
});

/** The top-level section `web`: whether devices connect, and how they come back. */
export interface WebSettings {
  enabled: boolean;
  /** Time between two lines in the log that say the connection lives, ms. */
  heartbeatMs: number;
  reconnect: ReconnectPolicy;
}

/**
 * Reads the top-level section `web`; values out of bounds count as the nearest one that is allowed.
 * @throws Error naming the key, for a value that has another type
 */
export function readWebSettings(section: Readonly<Record<string, unknown>> | undefined): WebSettings {
  const read = webSchema.safeParse(section ?? {});
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`web.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  const { enabled, heartbeatSeconds, reconnect } = read.data;
  const initialMs = Math.max(250, reconnect.initialMs);
  const heartbeatMs = heartbeatSeconds * 1000;
  return {
    enabled,
    heartbeatMs,
    reconnect: {
      initialMs,
      maxMs: Math.max(initialMs, reconnect.maxMs),
      factor: Math.min(10, Math.max(1.1, reconnect.factor)),
      jitter: Math.min(1, Math.max(0, reconnect.jitter)),
      maxAttempts: Math.max(0, Math.floor(reconnect.maxAttempts)),
      stableMs: heartbeatMs,
    },
  };
}
