import type { Logger } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import { type DeliveryContext, deliveryContextOf, isSubagentKey, messageText, type Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { AgentCalls, CallOutcome } from "../calls/agent-calls.ts";
import { within } from "../calls/within.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { Timers } from "../run/timers.ts";
import { type AnnouncementFacts, announcementText, plainAnnouncement } from "./announcement.ts";
import { createAnnouncer } from "./announcer.ts";
import { subagentBriefing } from "./subagent-briefing.ts";
import type { SubagentRegistry } from "./subagent-registry.ts";
import type { SubagentRun } from "./subagent-run.ts";
import { selectSubagent } from "./subagent-selection.ts";
import { type SettingsRefusal, type SubagentWishes, subagentSettings } from "./subagent-settings.ts";

const sweepMs = 60_000;
const defaultArchiveMinutes = 60;
/** How long a message to a subagent waits for the reply, ms. */
const sendWaitMs = 30_000;

export interface SpawnRequest extends SubagentWishes {
  task: string;
  label?: string | undefined;
  /** Seconds; 0 or nothing means the configured limit of runs. */
  runTimeoutSeconds?: number | undefined;
  cleanup?: "delete" | "keep" | undefined;
  /** Aborted when the run that asks is stopped: then nothing is left running. */
  signal?: AbortSignal | undefined;
}

export type SpawnResult =
  | { status: "accepted"; childSessionKey: string; runId: string; modelApplied?: true; warning?: string }
  | SettingsRefusal;

/** What is said in a subagent's session. */
export interface SubagentLogLine {
  role: "user" | "assistant" | "tool";
  text: string;
}

/** What became of a message to a subagent. */
export type SubagentReply =
  | { status: "replied"; runId: string; reply: string }
  | { status: "sent" | "running"; runId: string }
  | { status: "error"; runId: string; error: string };

/** The subagents of all sessions. Everything is on disk before it is told, and survives the death of the process. */
export interface Subagents {
  /** Starts a subagent; resolves once nothing can lose it. Its end is announced to the session that asked. */
  spawn(request: SpawnRequest): Promise<SpawnResult>;
  /** The subagents of a session, latest first. */
  list(requesterKey: string): SubagentRun[];
  /** The one a user means. @throws SubagentSelectionError with the text for the user */
  find(requesterKey: string, id: string | undefined): SubagentRun;
  /** Where the session of a run is: its id and its transcript, as far as there are any. */
  place(run: SubagentRun): { sessionId?: string; transcript?: string };
  /** The last messages of a subagent's session, oldest first. */
  log(run: SubagentRun, options: { limit: number; tools: boolean }): SubagentLogLine[];
  /** Says something to a subagent and waits half a minute for the reply. */
  send(run: SubagentRun, message: string): Promise<SubagentReply>;
  /** Stops one subagent; false when it had ended before. Its end is not announced. */
  stop(run: SubagentRun): boolean;
  /** Stops all that run for a session, and what those have started. Returns how many there were. */
  stopChildren(requesterKey: string): number;
  /** Takes up what an earlier process left: runs that go on, ends nobody was told of, sessions to be put away. */
  resume(): void;
  /** Ends the timers. What is not announced yet is announced after the next start. */
  close(): void;
}

export interface SubagentsOptions {
  registry: SubagentRegistry;
  calls: AgentCalls;
  sessions: Sessions;
  models: Models;
  config: () => RuntimeConfig;
  newId: () => string;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

interface Spawning {
  requesterKey: string;
  cancelled: boolean;
}

export function createSubagents(options: SubagentsOptions): Subagents {
  const { registry, calls, sessions, config, clock, timers, log } = options;
  const announcer = createAnnouncer({ calls, sessions, config, clock, timers, log });
  const spawning = new Set<Spawning>();
  const stopped = new Set<string>();
  let cancelSweep: (() => void) | undefined;
  let closed = false;

  const store = (run: SubagentRun): Promise<void> =>
    registry.put(run).catch((error: unknown) => {
      // The journal and the transcript still hold it: the next start finds out from them.
      log.error(`the list of subagents could not be written`, { runId: run.runId, error: String(error) });
    });
  const running = (requesterKey: string) =>
    registry.all().filter((run) => run.requesterSessionKey === requesterKey && run.endedAt === undefined);

  const subagents: Subagents = {
    async spawn(request) {
      if (isSubagentKey(request.requesterKey)) {
        return { status: "forbidden", error: "sessions_spawn is not allowed from sub-agent sessions" };
      }
      const state: Spawning = { requesterKey: request.requesterKey, cancelled: false };
      spawning.add(state);
      try {
        return await spawnWatched(request, () => state.cancelled || request.signal?.aborted === true);
      } finally {
        spawning.delete(state);
      }
    },
    list: (requesterKey) =>
      registry
        .all()
        .filter((run) => run.requesterSessionKey === requesterKey)
        .sort((a, b) => b.createdAt - a.createdAt),
    find: (requesterKey, id) => selectSubagent(subagents.list(requesterKey), id),
    place(run) {
      const sessionId = sessions.get(run.childSessionKey)?.sessionId;
      const transcript = sessions.transcriptPath(run.childSessionKey);
      return {
        ...(sessionId ? { sessionId } : {}),
        ...(transcript === undefined ? {} : { transcript }),
      };
    },
    log(run, { limit, tools }) {
      const items = hasTranscript(run.childSessionKey) ? sessions.transcript(run.childSessionKey).history(limit) : [];
      return items.flatMap((item): SubagentLogLine[] => {
        if (item.kind !== "message") return [];
        const { message } = item;
        if (message.role !== "user" && message.role !== "assistant" && message.role !== "toolResult") return [];
        if (message.role === "toolResult" && !tools) return [];
        const text = messageText(message).trim();
        return text === "" ? [] : [{ role: message.role === "toolResult" ? "tool" : message.role, text }];
      });
    },
    async send(run, message) {
      const runId = options.newId();
      const { done } = await calls.ask({
        runId,
        sessionKey: run.childSessionKey,
        message,
        lane: "subagent",
        requesterKey: run.requesterSessionKey,
        extraSystemPrompt: briefing(run),
      });
      const outcome = await within(done, sendWaitMs, { timers });
      if (outcome === "late" || outcome === undefined) return { status: "running", runId };
      if (outcome.status === "error" || outcome.status === "timeout" || outcome.status === "aborted")
        return { status: "error", runId, error: outcome.error ?? outcome.status };
      const reply = outcome.reply?.trim();
      return reply ? { status: "replied", runId, reply } : { status: "sent", runId };
    },
    stop(run) {
      const current = registry.get(run.runId);
      if (current === undefined || current.endedAt !== undefined) return false;
      stopRun(current);
      return true;
    },
    stopChildren(requesterKey) {
      const starting = [...spawning].filter((state) => state.requesterKey === requesterKey && !state.cancelled);
      for (const state of starting) state.cancelled = true;
      const runs = running(requesterKey);
      let count = runs.length;
      for (const run of runs) {
        stopRun(run);
        count += subagents.stopChildren(run.childSessionKey);
      }
      return count + starting.length;
    },
    resume() {
      for (const run of registry.all()) takeUp(run).catch(reportFailure(run));
      sweepLater();
    },
    close() {
      closed = true;
      announcer.stop();
      cancelSweep?.();
      cancelSweep = undefined;
    },
  };
  return subagents;

  async function spawnWatched(request: SpawnRequest, cancelled: () => boolean): Promise<SpawnResult> {
    const { requesterKey, task, label } = request;
    const wanted = await subagentSettings(request, { config: config(), models: options.models, sessions });
    if ("refusal" in wanted) return wanted.refusal;
    const { settings } = wanted;
    if (cancelled()) return stoppedBefore;

    const requester = sessions.get(requesterKey);
    const origin: DeliveryContext | undefined = requester === undefined ? undefined : deliveryContextOf(requester);
    const run: SubagentRun = {
      runId: options.newId(),
      childSessionKey: `agent:${settings.agentId}:subagent:${options.newId()}`,
      requesterSessionKey: requesterKey,
      ...(origin === undefined ? {} : { requesterOrigin: origin }),
      requesterDisplayKey: requesterKey === sessions.mainKey() ? "main" : requesterKey,
      task,
      cleanup: request.cleanup ?? "keep",
      ...(label === undefined ? {} : { label }),
      createdAt: clock.now(),
    };
    const { runId, childSessionKey } = run;
    try {
      // First the list, then session and run: what no list names would never be announced or put away.
      await registry.put(run);
      if (cancelled()) return await takeBack(run);
      sessions.ensure(childSessionKey, { now: run.createdAt });
      sessions.update(childSessionKey, () => ({
        spawnedBy: requesterKey,
        label,
        providerOverride: settings.model.provider,
        modelOverride: settings.model.model,
        thinkingLevel: settings.thinking,
      }));
      const call = await calls.ask({
        runId,
        sessionKey: childSessionKey,
        message: task,
        lane: "subagent",
        requesterKey,
        extraSystemPrompt: briefing(run),
        model: settings.model,
        ...(settings.thinking === undefined ? {} : { thinking: settings.thinking }),
        ...(request.runTimeoutSeconds ? { timeoutMs: request.runTimeoutSeconds * 1000 } : {}),
      });
      if (cancelled()) {
        calls.abort(childSessionKey, { runId, reason: "stop" });
        await call.done;
        return await takeBack(run);
      }
      follow(run, call.done).catch(reportFailure(run));
    } catch (error) {
      await takeBack(run);
      throw error;
    }
    return {
      status: "accepted",
      childSessionKey,
      runId,
      ...(settings.modelApplied ? { modelApplied: true } : {}),
      ...(settings.warning === undefined ? {} : { warning: settings.warning }),
    };
  }

  /** Leaves nothing of a subagent that was stopped or lost while it was being made. */
  async function takeBack(run: SubagentRun): Promise<SettingsRefusal> {
    sessions.delete(run.childSessionKey);
    await registry.remove(run.runId);
    return stoppedBefore;
  }

  async function follow(run: SubagentRun, done: Promise<CallOutcome | undefined>): Promise<void> {
    const outcome = await done;
    if (outcome === undefined) return; // It goes on at the next start.
    const ended = endedRun(registry.get(run.runId) ?? run, outcome);
    if (stopped.delete(run.runId)) {
      await store({ ...ended, cleanupHandled: true, cleanupCompletedAt: clock.now() });
      return putAway(ended);
    }
    await store(ended);
    await announce(ended, outcome, false);
  }

  function endedRun(run: SubagentRun, outcome: CallOutcome): SubagentRun {
    const endedAt = outcome.endedAt ?? clock.now();
    const minutes = config().agents?.defaults?.subagents?.archiveAfterMinutes ?? defaultArchiveMinutes;
    const result = outcomeOf(outcome);
    return {
      ...run,
      ...(outcome.startedAt === undefined ? {} : { startedAt: outcome.startedAt }),
      endedAt,
      ...(result === undefined ? {} : { outcome: result }),
      ...(minutes > 0 && run.cleanup === "keep" ? { archiveAtMs: clock.now() + minutes * 60_000 } : {}),
    };
  }

  async function announce(run: SubagentRun, outcome: CallOutcome | undefined, again: boolean): Promise<void> {
    const facts: AnnouncementFacts = {
      run,
      findings: outcome?.reply,
      usage: outcome?.usage,
      sessionId: undefined,
      transcript: undefined,
      ...subagents.place(run),
    };
    const told = await announcer.announce(
      {
        id: `announce|${run.runId}`,
        sessionKey: run.requesterSessionKey,
        origin: run.requesterOrigin,
        text: announcementText(facts),
        plain: plainAnnouncement(facts),
      },
      { again },
    );
    if (!told) return;
    const finished = { ...run, cleanupHandled: true, cleanupCompletedAt: clock.now() };
    await store(finished);
    await putAway(finished);
  }

  /** What follows an announcement: the session goes at once, or after its time. */
  async function putAway(run: SubagentRun): Promise<void> {
    if (run.cleanup === "delete") await archive(run);
    else sweepLater();
  }

  async function archive(run: SubagentRun): Promise<void> {
    sessions.delete(run.childSessionKey);
    await registry.remove(run.runId);
  }

  async function takeUp(run: SubagentRun): Promise<void> {
    const { runId, childSessionKey } = run;
    if (run.cleanupCompletedAt !== undefined) return run.cleanup === "delete" ? archive(run) : undefined;
    const known = calls.known(runId, childSessionKey, { again: true });
    if (run.endedAt !== undefined) return announce(run, await known, true);
    if (known !== undefined) return follow(run, known);
    // It never left the list: the process died before its run was accepted, and nobody was told that it had been.
    if (!hasTranscript(childSessionKey)) sessions.delete(childSessionKey);
    const outcome: CallOutcome = { status: "error", error: "OpenClaw was stopped before the task began" };
    const ended = endedRun(run, outcome);
    await store(ended);
    await announce(ended, outcome, true);
  }

  function hasTranscript(sessionKey: string): boolean {
    return sessions.get(sessionKey)?.sessionId !== undefined && sessions.transcript(sessionKey).exists();
  }

  function stopRun(run: SubagentRun): void {
    stopped.add(run.runId);
    calls.abort(run.childSessionKey, { reason: "stop" });
  }

  function briefing(run: SubagentRun): string {
    return subagentBriefing({
      sessionKey: run.childSessionKey,
      requesterKey: run.requesterSessionKey,
      requesterChannel: run.requesterOrigin?.channel,
      label: run.label,
    });
  }

  function sweepLater(): void {
    if (cancelSweep !== undefined || closed) return;
    if (!registry.all().some((run) => run.archiveAtMs !== undefined)) return;
    cancelSweep = timers.after(sweepMs, () => {
      cancelSweep = undefined;
      sweep().catch((error: unknown) => log.error("subagents could not be put away", { error: String(error) }));
    });
  }

  async function sweep(): Promise<void> {
    const now = clock.now();
    for (const run of registry.all()) {
      const due = run.archiveAtMs !== undefined && run.archiveAtMs <= now && run.cleanupCompletedAt !== undefined;
      if (due && calls.busy(run.childSessionKey) === undefined) await archive(run).catch(reportFailure(run));
    }
    sweepLater();
  }

  function reportFailure(run: SubagentRun): (error: unknown) => void {
    return (error) => log.error(`subagent run ${run.runId} could not be followed`, { error: String(error) });
  }
}

const stoppedBefore: SettingsRefusal = { status: "error", error: "The run was stopped; no subagent was started." };

function outcomeOf(outcome: CallOutcome): SubagentRun["outcome"] {
  switch (outcome.status) {
    case "ok":
      return { status: "ok" };
    case "timeout":
      return { status: "timeout" };
    case "error":
      return { status: "error", ...(outcome.error === undefined ? {} : { error: outcome.error }) };
    case "aborted":
      return { status: "error", error: "stopped" };
    case "unknown":
      return undefined;
    default: {
      const never: never = outcome.status;
      return never;
    }
  }
}
