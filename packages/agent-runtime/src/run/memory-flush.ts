import { describeModelFailure } from "@openclaw/models";
import type { SessionEntry, Transcript } from "@openclaw/sessions";
import type { CompactionSettings } from "../context/compaction-settings.ts";
import { runAgentLoop } from "../loop/agent-loop.ts";
import { thrownText } from "../loop/thrown-text.ts";
import { silentToken } from "../reply/silent-token.ts";
import type { SandboxConfig } from "../sandbox/sandbox-config.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { runContext, runPruning } from "./run-context.ts";
import type { RunRequest } from "./run-request.ts";
import { agentConfig, sourceOf } from "./run-setup.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** Marks the beginning and the end of a flush in the transcript; between them stands a branch nobody goes on from. */
const flushMark = "openclaw:memory-flush";
const defaultSoftThreshold = 4000;
const defaultReserveFloor = 20_000;
/** A flush that takes longer than this is given up, in milliseconds. */
const longestFlushMs = 5 * 60_000;
/** Without one of these nothing can be noted. */
const writingTools = new Set(["write", "edit", "exec"]);

export interface FlushRequest {
  request: Pick<RunRequest, "sessionKey" | "agentId" | "heartbeat" | "beforeFirstTool">;
  entry: SessionEntry;
  transcript: Transcript;
  prepared: PreparedRun;
  settings: CompactionSettings;
  /** What the conversation takes of the window. */
  contextTokens: number;
  signal: AbortSignal;
}

/**
 * Lets the model note down what should outlast the conversation, shortly before a compaction: once per compaction,
 * without anybody seeing it. What is said stays on a branch of its own, so that it takes no room afterwards.
 */
export async function flushMemory(flush: FlushRequest, parts: RuntimeParts): Promise<void> {
  if (!isDue(flush, parts)) return;
  const { transcript, request, prepared, signal } = flush;
  const { sessionKey } = request;
  const before = transcript.leafId;
  const limit = new AbortController();
  const cancelLimit = parts.timers.after(longestFlushMs, () => limit.abort());
  transcript.append({ type: "custom", customType: flushMark, data: { phase: "start" } });
  try {
    const failure = await askForNotes(flush, AbortSignal.any([signal, limit.signal]), parts);
    if (signal.aborted) return;
    if (failure !== undefined) {
      parts.log.warn(`notes before the compaction of ${sessionKey} could not be taken: ${parts.redact(failure)}`);
      return;
    }
    parts.sessions.update(sessionKey, (current) =>
      current?.sessionId === flush.entry.sessionId
        ? { memoryFlushAt: parts.clock.now(), memoryFlushCompactionCount: current.compactionCount ?? 0 }
        : {},
    );
    parts.log.debug(`notes were taken before the compaction of ${sessionKey}`, { model: prepared.model.ref.model });
  } finally {
    cancelLimit();
    transcript.branch(before);
    transcript.append({ type: "custom", customType: flushMark, data: { phase: "end" } });
  }
}

/** Leaves the branch of a flush that the end of the process cut off. */
export function leaveUnfinishedFlush(transcript: Transcript): void {
  if (transcript.leafId === null) return;
  const last = transcript
    .activePath()
    .findLast(
      (entry) =>
        (entry.type === "custom" && entry.customType === flushMark) ||
        (entry.type === "message" && entry.openclawRunId !== undefined),
    );
  if (last?.type !== "custom" || !isStart(last.data)) return;
  transcript.branch(last.parentId);
}

function isStart(data: unknown): boolean {
  return typeof data === "object" && data !== null && Reflect.get(data, "phase") === "start";
}

/** Resolves with what went wrong. */
async function askForNotes(flush: FlushRequest, signal: AbortSignal, parts: RuntimeParts): Promise<string | undefined> {
  const { transcript, request, prepared, settings } = flush;
  const { model } = prepared;
  const given = parts.config().agents?.defaults?.compaction?.memoryFlush;
  const systemPrompt = withHint(given?.systemPrompt) ?? defaultSystemPrompt;
  const text = withHint(given?.prompt) ?? defaultPrompt(today(parts));
  transcript.appendMessage({ role: "user", content: [{ type: "text", text }], timestamp: parts.clock.now() });
  const result = await runAgentLoop({
    model: model.languageModel,
    system: `${prepared.prompt.text}\n\n${systemPrompt}`,
    messages: runContext(transcript, request, parts.config()),
    show: runPruning(transcript, { prepared, window: settings.window }, parts),
    tools: prepared.tools,
    signal,
    onEvent: (event) => {
      if (event.type === "message") transcript.appendMessage(event.message);
    },
    providerOptions: model.providerOptions(prepared.thinking, flush.entry),
    source: sourceOf(model),
    ...(request.beforeFirstTool === undefined ? {} : { beforeFirstTool: request.beforeFirstTool }),
    describeFailure: (error) => describeModelFailure(error, model.ref, { now: parts.clock.now() }),
    onToolError: (name, error) => {
      parts.log.warn(`[tools] ${name} failed: ${parts.redact(thrownText(error)).slice(0, 500)}`);
    },
    checker: parts.checker,
    clock: parts.clock,
    timers: parts.timers,
  });
  if (result.outcome === "done") return undefined;
  return result.failure?.detail ?? "it was stopped";
}

function isDue(flush: FlushRequest, parts: RuntimeParts): boolean {
  const { request, entry, settings, prepared } = flush;
  const config = parts.config();
  const given = config.agents?.defaults?.compaction;
  if (given?.memoryFlush?.enabled === false || request.heartbeat === true) return false;
  if (config.plugins?.slots?.memory === "none" || prepared.model.info.api === "offline") return false;
  if (!prepared.tools.some(({ name }) => writingTools.has(name))) return false;
  if (!isWorkspaceWritable(config, request, parts.sessions.mainKey(request.agentId))) return false;
  const soft = given?.memoryFlush?.softThresholdTokens ?? defaultSoftThreshold;
  const threshold = settings.window - (given?.reserveTokensFloor ?? defaultReserveFloor) - soft;
  if (threshold <= 0 || flush.contextTokens < Math.min(threshold, settings.threshold)) return false;
  return entry.memoryFlushCompactionCount !== (entry.compactionCount ?? 0);
}

/** A sandboxed session writes into the agent's workspace only when it was given that. */
function isWorkspaceWritable(
  config: RuntimeConfig,
  { agentId, sessionKey }: { agentId: string; sessionKey: string },
  mainKey: string,
): boolean {
  const sandbox: SandboxConfig = { ...config.agents?.defaults?.sandbox, ...agentConfig(config, agentId)?.sandbox };
  const mode = sandbox.mode ?? "off";
  if (mode === "off" || (mode === "non-main" && sessionKey === mainKey)) return true;
  return sandbox.workspaceAccess === "rw";
}

function today({ config, clock }: RuntimeParts): string {
  const timeZone = config().agents?.defaults?.userTimezone?.trim();
  const format = (zone: string | undefined) =>
    new Intl.DateTimeFormat("en-CA", { ...(zone ? { timeZone: zone } : {}), dateStyle: "short" }).format(clock.now());
  try {
    return format(timeZone);
  } catch (error) {
    // A zone nobody knows; the prompt uses the host's as well.
    if (error instanceof RangeError) return format(undefined);
    throw error;
  }
}

const defaultSystemPrompt = [
  "## Before the conversation is condensed",
  "This conversation will soon be condensed, and details will be lost. This turn serves to note down what is worth",
  `keeping. The user does not see it; usually the right answer is ${silentToken}.`,
].join("\n");

function defaultPrompt(date: string): string {
  return [
    `Write what should outlast this conversation to memory/${date}.md now: decisions, preferences, facts, open points.`,
    "Make the folder memory/ if it is missing; add to the file and leave what is there.",
    `When there is nothing to keep, or when you are done, answer ${silentToken}.`,
  ].join("\n");
}

/** A configured text that does not say how to be silent is told so. */
function withHint(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  return text.includes(silentToken) ? text : `${text}\n\nIf there is nothing to say, answer ${silentToken}.`;
}
