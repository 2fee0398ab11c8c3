import { z } from "zod";
import * as t from "../leaves.ts";

/** `diagnostics`: traces for the curious and for bug reports. */
export const diagnosticsSection = () =>
  z.strictObject({
    enabled: t.flag,
    flags: t.strList,
    otel: z
      .strictObject({
        enabled: t.flag,
        endpoint: t.str,
        protocol: t.choice("http/protobuf", "grpc"),
        headers: t.strMap,
        serviceName: t.str,
        traces: t.flag,
        metrics: t.flag,
        logs: t.flag,
        sampleRate: t.share,
        flushIntervalMs: t.intFrom0,
      })
      .optional(),
    cacheTrace: z
      .strictObject({
        enabled: t.flag,
        filePath: t.str,
        includeMessages: t.flag,
        includePrompt: t.flag,
        includeSystem: t.flag,
      })
      .optional(),
  });

/** `logging`: what is written down, and what is masked in it. */
export const loggingSection = () =>
  z.strictObject({
    level: t.logLevel,
    file: t.str,
    consoleLevel: t.logLevel,
    consoleStyle: t.choice("pretty", "compact", "json"),
    redactSensitive: t.choice("off", "tools"),
    redactPatterns: t.strList,
  });
