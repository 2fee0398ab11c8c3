import { type CompactionResult, compactTranscript } from "../context/compact-transcript.ts";
import { contextUsage } from "../context/context-usage.ts";
import { shortTokens } from "../context/short-tokens.ts";
import type { Lanes } from "./lanes.ts";
import { chooseModel, prepareRun } from "./prepare-run.ts";
import { runContext } from "./run-context.ts";
import type { RunHandle } from "./run-request.ts";
import { contextWindow } from "./run-setup.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** How long a stopped run may take to end, in milliseconds. */
const waitForRunMs = 15_000;

export interface CompactSessionRequest {
  sessionKey: string;
  /** What the summary should pay attention to. */
  instructions?: string;
  /** Stops it; nothing is written then. */
  signal?: AbortSignal;
}

/** What came of a compaction somebody asked for. */
export interface CompactSessionResult {
  status: "compacted" | "skipped" | "failed" | "unavailable";
  /** The line for whoever asked for it. */
  text: string;
  /** Why nothing was done, or what went wrong. */
  reason?: string;
  /** Size of the context in tokens. */
  tokensBefore?: number;
  tokensAfter?: number;
  /** Tokens of the model's window. */
  window?: number;
}

const cancelledReason = "Compaction cancelled";

/** Stops what runs in a session and compacts its conversation at once, in the session's own lane. */
export async function compactSession(
  request: CompactSessionRequest,
  runtime: { parts: RuntimeParts; lanes: Lanes; activeRun: (sessionKey: string) => RunHandle | undefined },
): Promise<CompactSessionResult> {
  const { parts, lanes } = runtime;
  const sessionKey = parts.sessions.canonical(request.sessionKey);
  if (!parts.sessions.get(sessionKey)?.sessionId) {
    return { status: "unavailable", text: "⚙️ Compaction unavailable (missing session id)." };
  }
  const signal = request.signal ?? new AbortController().signal;
  if (!(await stopActiveRun(runtime.activeRun(sessionKey), parts))) {
    return failure("the running turn does not end; try again in a moment", undefined);
  }
  let leave: () => void;
  try {
    leave = await lanes.enter(sessionKey, "nested", signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return failure(cancelledReason, undefined);
  }
  try {
    return await compactNow(sessionKey, { ...request, signal }, parts);
  } finally {
    leave();
  }
}

async function compactNow(
  sessionKey: string,
  request: CompactSessionRequest & { signal: AbortSignal },
  parts: RuntimeParts,
): Promise<CompactSessionResult> {
  const { sessions } = parts;
  const agentId = sessions.agentIdOf(sessionKey);
  const entry = sessions.get(sessionKey);
  if (!entry?.sessionId) return { status: "unavailable", text: "⚙️ Compaction unavailable (missing session id)." };
  const transcript = sessions.transcript(sessionKey);
  const lock = await transcript.lock();
  try {
    const ref = await chooseModel({ sessionKey, agentId }, entry, parts);
    const prepared = await prepareRun({ sessionKey, agentId }, entry, ref, parts, { start: false });
    const room = contextWindow(parts.config(), prepared.model);
    if ("problem" in room) return failure(room.problem, undefined);
    const { window } = room;
    const result = await compactTranscript(
      {
        sessionKey,
        place: { agentId },
        sessionId: entry.sessionId,
        transcript,
        prepared,
        window,
        trigger: "manual",
        instructions: request.instructions?.trim() || undefined,
        signal: request.signal,
        emit: () => {},
      },
      parts,
    );
    const used = contextUsage({
      path: transcript.activePath(),
      messages: runContext(transcript, { sessionKey }, parts.config()),
      model: ref,
      fixedTokens: prepared.prompt.tokens,
      sizes: parts.sizes,
    }).tokens;
    return describe(result, { used, window });
  } catch (error) {
    return failure(parts.redact(error instanceof Error ? error.message : String(error)), undefined);
  } finally {
    lock.release();
  }
}

interface ContextSize {
  used: number;
  window: number;
}

function describe(result: CompactionResult, size: ContextSize): CompactSessionResult {
  const { window } = size;
  switch (result.kind) {
    case "compacted": {
      const { tokensBefore, tokensAfter } = result;
      const change = `${shortTokens(tokensBefore)} → ${shortTokens(tokensAfter)}`;
      const text = `⚙️ Compacted (${change}) • ${contextLine({ used: tokensAfter, window })}`;
      return { status: "compacted", text, tokensBefore, tokensAfter, window };
    }
    case "skipped": {
      const text = `⚙️ Compaction skipped: ${result.reason} • ${contextLine(size)}`;
      return { status: "skipped", text, reason: result.reason, tokensBefore: size.used, window };
    }
    case "cancelled":
      return failure(cancelledReason, size);
    case "failed":
      return failure(result.reason, size);
    default: {
      const never: never = result;
      return never;
    }
  }
}

function failure(reason: string, size: ContextSize | undefined): CompactSessionResult {
  const context = size === undefined ? "" : ` • ${contextLine(size)}`;
  return {
    status: "failed",
    text: `⚙️ Compaction failed: ${reason}${context}`,
    reason,
    ...(size === undefined ? {} : { tokensBefore: size.used, window: size.window }),
  };
}

function contextLine({ used, window }: ContextSize): string {
  return `Context ${shortTokens(used)}/${shortTokens(window)} (${Math.round((used / window) * 100)}%)`;
}

/** False when it did not end in time. */
async function stopActiveRun(run: RunHandle | undefined, parts: RuntimeParts): Promise<boolean> {
  if (run === undefined || !run.active) return true;
  run.abort("stop");
  let cancel = () => {};
  const tooLate = new Promise<false>((resolve) => {
    cancel = parts.timers.after(waitForRunMs, () => resolve(false));
  });
  const ended = await Promise.race([run.done.then(() => true), tooLate]);
  cancel();
  return ended;
}
