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
  /** What the session calls it. */
  sessionId: string;
  ended: Promise<{ exitCode: number | null; exitSignal: string | null; timedOut: boolean; output: string }>;
}

export interface ApprovedCommand {
  pending: PendingExec;
  command: string;
  sessionKey: string;
  agentId: string;
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
    const report = async (kind: "running" | "finished" | "denied", text: string) => {
      if (!stopping.signal.aborted) await desk?.report({ kind, id, sessionKey, agentId, text });
    };
    const decided = await pending.decided;
    if (decided.kind === "refused") return report("denied", decided.text);
    if (stopping.signal.aborted) return;

    let started: StartedCommand;
    try {
      await desk?.started(id);
      started = await item.start(stopping.signal);
    } catch (error) {
      log.error(`an approved command could not be started: ${String(error)}`, { id });
      return report("denied", `Exec denied (gateway id=${id}, spawn-failed): ${command}`);
    }
    const session = started.sessionId;
    const noticeMs = item.noticeMs ?? defaultNoticeMs;
    const cancel =
      noticeMs <= 0
        ? () => {}
        : timers.after(noticeMs, () => {
            const seconds = Math.max(1, Math.round(noticeMs / 1000));
            void kept(
              report("running", `Exec running (gateway id=${id}, session=${session}, >${seconds}s): ${command}`),
            );
          });
    const end = await started.ended.finally(cancel);
    const code = end.timedOut ? "timeout" : end.exitCode === null ? `signal ${end.exitSignal}` : `code ${end.exitCode}`;
    const output = end.output.replace(/\s+/g, " ").trim().slice(-toldChars).toWellFormed();
    const line = `Exec finished (gateway id=${id}, session=${session}, ${code})`;
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
