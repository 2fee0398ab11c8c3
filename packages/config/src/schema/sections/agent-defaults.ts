import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";

const cliBackend = () =>
  z.strictObject({
    command: t.mustStr,
    args: t.strList,
    output: t.choice("json", "text", "jsonl"),
    resumeOutput: t.choice("json", "text", "jsonl"),
    input: t.choice("arg", "stdin"),
    maxPromptArgChars: t.intAbove0,
    env: t.strMap,
    clearEnv: t.strList,
    modelArg: t.str,
    modelAliases: t.strMap,
    sessionArg: t.str,
    sessionArgs: t.strList,
    resumeArgs: t.strList,
    sessionMode: t.choice("always", "existing", "none"),
    sessionIdFields: t.strList,
    systemPromptArg: t.str,
    systemPromptMode: t.choice("append", "replace"),
    systemPromptWhen: t.choice("first", "always", "never"),
    imageArg: t.str,
    imageMode: t.choice("repeat", "list"),
    serialize: t.flag,
  });

const contextPruning = () =>
  z.strictObject({
    mode: t.choice("off", "adaptive", "aggressive", "cache-ttl"),
    ttl: t.str,
    keepLastAssistants: t.intFrom0,
    softTrimRatio: t.share,
    hardClearRatio: t.share,
    minPrunableToolChars: t.intFrom0,
    tools: z.strictObject({ allow: t.strList, deny: t.strList }).optional(),
    softTrim: z.strictObject({ maxChars: t.intFrom0, headChars: t.intFrom0, tailChars: t.intFrom0 }).optional(),
    hardClear: z.strictObject({ enabled: t.flag, placeholder: t.str }).optional(),
  });

const compaction = () =>
  z.strictObject({
    mode: t.choice("default", "safeguard"),
    reserveTokensFloor: t.intFrom0,
    maxHistoryShare: t.numBetween(0.1, 0.9),
    memoryFlush: z
      .strictObject({ enabled: t.flag, softThresholdTokens: t.intFrom0, prompt: t.str, systemPrompt: t.str })
      .optional(),
  });

const modelEntry = () => z.strictObject({ alias: t.str, params: t.freeMap, streaming: t.flag });

/** `agents.defaults`: what every agent starts from. */
export const agentDefaults = (f: Fragments) =>
  z.strictObject({
    model: t.later(f.modelChain),
    imageModel: t.later(f.modelChain),
    models: t.laterMap(() => modelEntry()),
    workspace: t.str,
    repoRoot: t.str,
    skipBootstrap: t.flag,
    bootstrapMaxChars: t.intAbove0,
    userTimezone: t.str,
    timeFormat: t.choice("auto", "12", "24"),
    envelopeTimezone: t.str,
    envelopeTimestamp: t.choice("on", "off"),
    envelopeElapsed: t.choice("on", "off"),
    contextTokens: t.intAbove0,
    cliBackends: t.laterMap(() => cliBackend()),
    memorySearch: t.later(f.memorySearch),
    contextPruning: t.later(contextPruning),
    compaction: t.later(compaction),
    thinkingDefault: t.choice("off", "minimal", "low", "medium", "high", "xhigh"),
    verboseDefault: t.choice("off", "on", "full"),
    elevatedDefault: t.choice("off", "on", "ask", "full"),
    blockStreamingDefault: t.choice("off", "on"),
    blockStreamingBreak: t.choice("text_end", "message_end"),
    blockStreamingChunk: t.later(f.chunk),
    blockStreamingCoalesce: t.later(f.coalesce),
    humanDelay: t.later(f.humanDelay),
    timeoutSeconds: t.intAbove0,
    mediaMaxMb: t.numAbove0,
    typingIntervalSeconds: t.intAbove0,
    typingMode: t.typingMode,
    heartbeat: t.later(f.heartbeat),
    maxConcurrent: t.intAbove0,
    subagents: z
      .strictObject({
        maxConcurrent: t.intAbove0,
        archiveAfterMinutes: t.intFrom0,
        model: t.later(f.modelSelection),
        thinking: t.str,
      })
      .optional(),
    sandbox: t.later(f.sandbox),
    exec: z.strictObject({ backgroundMs: t.intAbove0, timeoutSec: t.intAbove0, cleanupMs: t.intAbove0 }).optional(),
  });
