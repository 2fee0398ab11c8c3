import type { Logger } from "@openclaw/log";
import { LoopInterrupted } from "../loop/loop-events.ts";
import type { Timers } from "../run/timers.ts";
import type { ExecApprovalDesk } from "./exec-approvals.ts";
import type { PendingExec } from "./exec-guard.ts";

/** So much of the output is told, in characters. */
const toldChars = 400;
const defaultNoticeMs = 10_000;

/** A command that was started. */
export interface StartedCommand {
  /** What the session calls it, where it can be followed. */
  sessionId?: string;
  ended: Promise<{ exitCode: number | null; exitSignal: string | null; timedOut: boolean; output: string }>;
}

export interface ApprovedCommand {
  pending: PendingExec;
  command: string;
  sessionKey: string;
  agentId: string;
  /** Where it runs; `gateway` when absent. */
  place?: string;
  /** What is said when it could not be started. */
  failure?: string;
  /** So much of its output is told as it stands, in characters; a short summary when absent. */
  toldChars?: number;
  /** After how many milliseconds a running command is mentioned once; 0 is never. */
  noticeMs?: number | undefined;
  /** Starts the command; `signal` stops it. */
  start(signal: AbortSignal): Promise<StartedCommand>;
}

/** Commands that wait for an approval or were approved. They outlive the run that asked for them. */
export interface ApprovedCommands {
  /** Runs a command once it is approved and tells its session what became of it. */
  run(command: ApprovedCommand): void;
  /** Stops what runs. What is not reported by then is told to its session at the next start. */
  stop(): Promise<void>;
}

export function createApprovedCommands(options: {
  desk: ExecApprovalDesk | undefined;
  timers: Timers;
  log: Logger;
}): ApprovedCommands {
  const { desk, timers, log } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const follow = async (item: ApprovedCommand): Promise<void> => {
    const { pending, command, sessionKey, agentId } = item;
    const { id } = pending;
    const { place = "gateway", failure = "spawn-failed" } = item;
    const report = async (kind: "running" | "finished" | "denied", text: string) => {
      if (!stopping.signal.aborted) await desk?.report({ kind, id, sessionKey, agentId, text });
    };
    const decided = await pending.decided;
    if (decided.kind === "refused") return report("denied", decided.text);
    if (stopping.signal.aborted) return;

    const failed = (error: unknown) => {
      log.error(`an approved command could not be started: ${String(error)}`, { id });
      return report("denied", `Exec denied (${place} id=${id}, ${failure}): ${command}`);
    };
    let started: StartedCommand;
    try {
      await desk?.started(id);
      started = await item.start(stopping.signal);
    } catch (error) {
      return failed(error);
    }
    const session = started.sessionId === undefined ? "" : `, session=${started.sessionId}`;
    const noticeMs = item.noticeMs ?? defaultNoticeMs;
    const cancel =
      noticeMs <= 0
        ? () => {}
        : timers.after(noticeMs, () => {
            const seconds = Math.max(1, Math.round(noticeMs / 1000));
            void kept(report("running", `Exec running (${place} id=${id}${session}, >${seconds}s): ${command}`));
          });
    let end: Awaited<StartedCommand["ended"]>;
    try {
      end = await started.ended.finally(cancel);
    } catch (error) {
      return failed(error);
    }
    const code = end.timedOut ? "timeout" : end.exitCode === null ? `signal ${end.exitSignal}` : `code ${end.exitCode}`;
    const output =
      item.toldChars === undefined
        ? end.output.replace(/\s+/g, " ").trim().slice(-toldChars).toWellFormed()
        : end.output.trim().slice(-item.toldChars).toWellFormed();
    const line = `Exec finished (${place} id=${id}${session}, ${code})`;
    await report("finished", output === "" ? line : `${line}\n${output}`);
  };

  const kept = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      log.error("the outcome of an approved command could not be told", { error: String(error) });
    });

  return {
    run(command) {
      // A question without an answer must not hold up a stop; a command that runs is waited for.
      const approved = command.pending.decided.then(
        () => {},
        () => {},
      );
      const work = kept(follow(command));
      void approved.then(() => {
        running.add(work);
        void work.then(() => running.delete(work));
      });
    },
    async stop() {
      stopping.abort(new LoopInterrupted());
      await Promise.all(running);
    },
  };
}
