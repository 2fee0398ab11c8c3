import type { StatusFacts, SubagentRun, Subagents, subagentName } from "@openclaw/agent-runtime";
import type { SubagentControl } from "@openclaw/agent-runtime/commands";

/** The subagents of a Gateway as `/subagents` and `/status` see them. They are opened after the commands are. */
export function createSubagentControl(
  subagents: () => Subagents | undefined,
  name: typeof subagentName,
): { control: SubagentControl; facts(sessionKey: string): NonNullable<StatusFacts["subagents"]> } {
  const opened = (): Subagents => {
    const found = subagents();
    if (found === undefined) throw new Error("the Gateway is still starting");
    return found;
  };
  const oldestFirst = (sessionKey: string) => (subagents()?.list(sessionKey) ?? []).reverse();
  const stored = (run: { runId: string; requesterSessionKey?: string }, sessionKey: string): SubagentRun => {
    const found = opened()
      .list(sessionKey)
      .find(({ runId }) => runId === run.runId);
    if (found === undefined) throw new Error("this subagent was put away");
    return found;
  };

  const control: SubagentControl = {
    list: (sessionKey) =>
      oldestFirst(sessionKey).map((run) => ({
        runId: run.runId,
        childSessionKey: run.childSessionKey,
        requesterSessionKey: run.requesterSessionKey,
        label: name(run),
        task: run.task,
        status: statusOf(run),
        createdAt: run.createdAt,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        ...opened().place(run),
        cleanup: run.cleanup,
        archiveAt: run.archiveAtMs,
        outcome: run.outcome?.error ?? run.outcome?.status,
      })),
    async stop(run) {
      opened().stop(stored(run, run.requesterSessionKey));
    },
    log: async (run, options) => opened().log(stored(run, run.requesterSessionKey), options),
    async send(run, message) {
      const reply = await opened().send(stored(run, run.requesterSessionKey), message);
      switch (reply.status) {
        case "replied":
          return { status: "ok", runId: reply.runId, reply: reply.reply };
        case "sent":
          return { status: "ok", runId: reply.runId, reply: undefined };
        case "running":
          return { status: "timeout", runId: reply.runId };
        case "error":
          return reply;
      }
    },
  };
  return {
    control,
    facts(sessionKey) {
      const runs = oldestFirst(sessionKey);
      const active = runs.filter((run) => run.endedAt === undefined);
      return { active: active.length, done: runs.length - active.length, labels: active.map((run) => name(run)) };
    },
  };
}

function statusOf(run: SubagentRun): "running" | "done" | "failed" | "timeout" {
  if (run.endedAt === undefined) return "running";
  if (run.outcome?.status === "timeout") return "timeout";
  return run.outcome?.status === "ok" ? "done" : "failed";
}
