import { type CommandHandler, type CommandReply, say } from "./command-request.ts";

/** A run of a subagent, as the registry of the requester's session has it. Times in ms since the epoch. */
export interface SubagentRun {
  runId: string;
  childSessionKey: string;
  requesterSessionKey: string;
  label: string;
  task: string;
  status: "running" | "done" | "failed" | "timeout";
  createdAt: number;
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  sessionId?: string | undefined;
  transcript?: string | undefined;
  cleanup: string;
  archiveAt?: number | undefined;
  outcome?: string | undefined;
}

/** What a subagent answered to a message. */
export type SubagentAnswer =
  | { status: "ok"; runId: string; reply: string | undefined }
  | { status: "timeout"; runId: string }
  | { status: "error"; runId: string; error: string };

/** The subagents of a session. */
export interface SubagentControl {
  /** Oldest first. */
  list(sessionKey: string): readonly SubagentRun[];
  /** Asks a run, and what it has started, to stop. */
  stop(run: SubagentRun): Promise<void>;
  log(
    run: SubagentRun,
    options: { limit: number; tools: boolean },
  ): Promise<readonly { role: "user" | "assistant" | "tool"; text: string }[]>;
  /** Waits for the answer, at most half a minute. Rejects when the message could not be handed over. */
  send(run: SubagentRun, message: string): Promise<SubagentAnswer>;
}

const logDefault = 20;
const logLimit = 200;

const usage = [
  "🧭 Usage: /subagents list|stop|log|info|send",
  "/subagents stop <id|#|all>",
  "/subagents log <id|#> [limit] [tools]",
  "/subagents info <id|#>",
  "/subagents send <id|#> <message>",
].join("\n");

/** `/subagents`: what the subagents of this session do, and how to talk to them. */
export const subagentsCommand: CommandHandler = async (request, { subagents, now }) => {
  if (!subagents) return { text: usage };
  const runs = subagents.list(request.sessionKey);
  const [action = "list", target, ...rest] = request.args.split(/\s+/).filter(Boolean);
  const one = (work: (run: SubagentRun) => CommandReply | Promise<CommandReply>) => {
    const found = findRun(runs, target);
    return typeof found === "string" ? say(`⚠️ ${found}`) : work(found);
  };
  switch (action.toLowerCase()) {
    case "list":
      return listText(runs, now());
    case "stop":
      if (target?.toLowerCase() === "all") return stopAll(runs, subagents);
      return one(async (run) => {
        if (run.status !== "running") return say("⚙️ Subagent already finished.");
        await subagents.stop(run);
        return say(`⚙️ Stop requested for ${run.label}.`);
      });
    case "log":
      return one(async (run) => {
        const limit = Number(rest.find((word) => /^\d+$/.test(word)) ?? logDefault);
        const tools = rest.some((word) => word.toLowerCase() === "tools");
        const lines = await subagents.log(run, { limit: Math.min(logLimit, Math.max(1, limit)), tools });
        const shown = lines.map(({ role, text }) => `${roleNames[role]}: ${text}`);
        return say(`📜 Subagent log: ${run.label}`, ...(shown.length === 0 ? ["(no messages)"] : shown));
      });
    case "info":
      return one((run) => infoText(run, now()));
    case "send":
      return one((run) => send(run, request.args, subagents));
    default:
      return { text: usage };
  }
};

const roleNames = { user: "User", assistant: "Assistant", tool: "Tool" } as const;

async function send(run: SubagentRun, args: string, subagents: SubagentControl): Promise<CommandReply> {
  const message = /^\S+\s+\S+\s+([\s\S]+)$/.exec(args)?.[1]?.trim();
  if (!message) return { text: usage };
  let answer: SubagentAnswer;
  try {
    answer = await subagents.send(run, message);
  } catch (error) {
    return say(`⚠️ Send failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const id = answer.runId.slice(0, 8);
  switch (answer.status) {
    case "timeout":
      return say(`⏳ Subagent still running (run ${id}).`);
    case "error":
      return say(`⚠️ Subagent error: ${answer.error} (run ${id}).`);
    case "ok":
      return say(answer.reply?.trim() || `✅ Sent to ${run.label} (run ${id}).`);
  }
}

async function stopAll(runs: readonly SubagentRun[], subagents: SubagentControl): Promise<CommandReply> {
  const running = runs.filter((run) => run.status === "running");
  for (const run of running) await subagents.stop(run);
  return say(`⚙️ Stopped ${running.length} ${running.length === 1 ? "subagent" : "subagents"}.`);
}

function listText(runs: readonly SubagentRun[], now: number): CommandReply {
  if (runs.length === 0) return say("🧭 Subagents: none for this session.");
  const active = runs.filter((run) => run.status === "running").length;
  return say(
    "🧭 Subagents (current session)",
    `Active: ${active} · Done: ${runs.length - active}`,
    ...runs.map(
      (run, index) =>
        `${index + 1}) ${run.status} · ${run.label} · ${runtimeOf(run, now)} · run ${run.runId.slice(0, 8)} · ${run.childSessionKey}`,
    ),
  );
}

function infoText(run: SubagentRun, now: number): CommandReply {
  const time = (at: number | undefined) => (at === undefined ? "n/a" : new Date(at).toISOString());
  return say(
    "ℹ️ Subagent info",
    `Status: ${run.status}`,
    `Label: ${run.label}`,
    `Task: ${run.task}`,
    `Run: ${run.runId}`,
    `Session: ${run.childSessionKey}`,
    `SessionId: ${run.sessionId ?? "n/a"}`,
    `Transcript: ${run.transcript ?? "n/a"}`,
    `Runtime: ${runtimeOf(run, now)}`,
    `Created: ${time(run.createdAt)}`,
    `Started: ${time(run.startedAt)}`,
    `Ended: ${time(run.endedAt)}`,
    `Cleanup: ${run.cleanup}`,
    run.archiveAt === undefined ? undefined : `Archive: ${time(run.archiveAt)}`,
    `Outcome: ${run.outcome ?? "n/a"}`,
  );
}

/** A run by its number in the list, `last`, the beginning of its id, or its session key; else what is wrong. */
function findRun(runs: readonly SubagentRun[], target: string | undefined): SubagentRun | string {
  if (target === undefined) return "Missing subagent id.";
  const name = target.replace(/^#/, "");
  if (/^last$/i.test(name)) return runs.at(-1) ?? `Unknown subagent id: ${target}`;
  if (/^\d+$/.test(name) && name.length < 5) return runs[Number(name) - 1] ?? `Invalid subagent index: ${name}`;
  if (name.includes(":")) {
    return runs.findLast((run) => run.childSessionKey === name) ?? `Unknown subagent session: ${name}`;
  }
  const matching = runs.filter((run) => run.runId.startsWith(name));
  if (matching.length > 1) return `Ambiguous run id prefix: ${name}`;
  return matching[0] ?? `Unknown subagent id: ${name}`;
}

function runtimeOf(run: SubagentRun, now: number): string {
  const seconds = Math.max(0, Math.round(((run.endedAt ?? now) - (run.startedAt ?? run.createdAt)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
