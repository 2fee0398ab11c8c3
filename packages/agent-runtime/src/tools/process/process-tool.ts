import { type Tool, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import type { Job } from "../jobs/job.ts";
import { type JobRegistry, jobScope } from "../jobs/job-registry.ts";
import { jobName, jobStatus, listLine, progressText } from "../jobs/job-texts.ts";
import { encodeKeys, encodePaste } from "./key-encoding.ts";

const tailChars = 2000;
const carriageReturn = Buffer.from("\r");

export interface ProcessToolOptions {
  agentId: string;
  /** Set in a sandbox: only the commands in there are seen. */
  sandboxName?: string | undefined;
  jobs: JobRegistry;
  clock: Clock;
}

const textList = { type: "array", items: { type: "string" } } as const;

const parameters = {
  type: "object",
  properties: {
    action: {
      type: "string",
      description: "list, poll, log, write, send-keys, submit, paste, kill, clear or remove",
    },
    sessionId: { type: "string", description: "Session of the command, as exec gave it; not for list" },
    data: { type: "string", description: "write: text for the command's input" },
    eof: { type: "boolean", description: "write: end the input afterwards" },
    keys: { ...textList, description: "send-keys: keys such as C-c, M-x, S-Tab, Up, F5, Enter" },
    hex: { ...textList, description: "send-keys: bytes in hexadecimal" },
    literal: { type: "string", description: "send-keys: text sent before bytes and keys" },
    text: { type: "string", description: "paste: the text" },
    bracketed: { type: "boolean", description: "paste: mark it as pasted (default true)" },
    offset: { type: "number", description: "log: first line, counted from 0" },
    limit: { type: "number", description: "log: number of lines; without offset the last ones" },
  },
  required: ["action"],
} as const;

/** Follows and steers the commands that `exec` left in the background. */
export function createProcessTool({ agentId, sandboxName, jobs, clock }: ProcessToolOptions): Tool {
  const scope = jobScope(agentId, sandboxName);
  return {
    name: "process",
    label: "Process",
    description:
      "Follow and steer commands that exec left in the background: list them, poll for new output, read the log, " +
      "write to the input, send keys or a paste, kill, clear a finished one, or remove.",
    parameters,
    async execute(params) {
      const action = typeof params.action === "string" ? params.action.trim() : "";
      if (action === "list") return listResult(jobs.list(scope), clock.now());
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act === undefined) return failed(`Unknown action ${action}`);
      const sessionId = typeof params.sessionId === "string" ? params.sessionId.trim() : "";
      if (sessionId === "") return failed("sessionId is required for this action.");
      return act({ sessionId, job: jobs.get(sessionId, scope), params, jobs });
    },
  };
}

interface ActionContext {
  sessionId: string;
  job: Job | undefined;
  params: Record<string, unknown>;
  jobs: JobRegistry;
}

type Action = (context: ActionContext) => ToolResult | Promise<ToolResult>;

const actions: Readonly<Record<string, Action>> = {
  poll: onJob(({ job }) => {
    const progress = progressText(job.end);
    const output =
      job.end === undefined
        ? job.output.takeUnread() || "(no new output)"
        : job.output.tail(tailChars) || "(no output recorded)";
    return textResult(`${output}\n\n${progress}`, { ...jobDetails(job), aggregated: job.output.text() });
  }),

  log: onJob(({ job, params }) => {
    const all = job.output.text();
    const { lines, total } = sliceLines(all, numberOf(params.offset), numberOf(params.limit));
    const nothing = job.end === undefined ? "(no output yet)" : "(no output recorded)";
    return textResult(lines.join("\n") || nothing, {
      ...jobDetails(job),
      total,
      totalLines: total,
      totalChars: all.length,
      truncated: job.output.truncated,
      ...exitDetails(job),
    });
  }),

  write: onInput(({ job, params }) => {
    const bytes = Buffer.from(typeof params.data === "string" ? params.data : "");
    const eof = params.eof === true;
    job.write(bytes);
    if (eof) job.endInput();
    return done(job, `Wrote ${bytes.length} bytes to session ${job.id}${eof ? " (stdin closed)" : ""}.`);
  }),

  "send-keys": onInput(({ job, params }) => {
    const { bytes, warnings } = encodeKeys({
      ...(typeof params.literal === "string" ? { literal: params.literal } : {}),
      hex: textsOf(params.hex),
      keys: textsOf(params.keys),
    });
    const notes = warnings.length === 0 ? "" : `\nWarnings:\n${warnings.map((text) => `- ${text}`).join("\n")}`;
    if (bytes.length === 0) return failed(`No key data provided.${notes}`);
    job.write(bytes);
    return done(job, `Sent ${bytes.length} bytes to session ${job.id}.${notes}`);
  }),

  submit: onInput(({ job }) => {
    job.write(carriageReturn);
    return done(job, `Submitted session ${job.id} (sent CR).`);
  }),

  paste: onInput(({ job, params }) => {
    const text = typeof params.text === "string" ? params.text : "";
    if (text === "") return failed("No paste text provided.");
    job.write(encodePaste(text, params.bracketed !== false));
    return done(job, `Pasted ${text.length} chars to session ${job.id}.`);
  }),

  kill: onRunning(async ({ job }) => {
    await job.stop("kill");
    return textResult(`Killed session ${job.id}.`, { status: "failed", name: jobName(job.command) });
  }),

  clear({ sessionId, job, jobs }) {
    if (job?.end === undefined) return failed(`No finished session found for ${sessionId}`);
    jobs.forget(job);
    return textResult(`Cleared session ${sessionId}.`, { status: "completed" });
  },

  remove: onJob(async ({ job, jobs }) => {
    const end = job.end ?? (await job.stop("kill"));
    jobs.forget(job);
    const status = end.stopped === "kill" ? "failed" : jobStatus(job);
    return textResult(`Removed session ${job.id}.`, { status, name: jobName(job.command) });
  }),
};

type JobAction = (context: ActionContext & { job: Job }) => ToolResult | Promise<ToolResult>;

/** An action on a backgrounded job, running or finished. */
function onJob(act: JobAction): Action {
  return (context) => {
    const { job, sessionId } = context;
    if (job === undefined) return failed(`No session found for ${sessionId}`);
    if (!job.backgrounded) return failed(`Session ${sessionId} is not backgrounded.`);
    return act({ ...context, job });
  };
}

function onRunning(act: JobAction): Action {
  const onBackgrounded = onJob(act);
  return (context) =>
    context.job === undefined || context.job.end !== undefined
      ? failed(`No active session found for ${context.sessionId}`)
      : onBackgrounded(context);
}

/** An action that writes to a running job. */
function onInput(act: JobAction): Action {
  return onRunning((context) =>
    context.job.takesInput ? act(context) : failed(`Session ${context.sessionId} stdin is not writable.`),
  );
}

function listResult(jobs: readonly Job[], now: number): ToolResult {
  const text = jobs.map((job) => listLine(job, now)).join("\n") || "No running or recent sessions.";
  const sessions = jobs.map((job) => ({
    sessionId: job.id,
    status: jobStatus(job),
    ...(job.pid === undefined ? {} : { pid: job.pid }),
    startedAt: job.startedAt,
    ...(job.end === undefined ? {} : { endedAt: job.end.endedAt }),
    runtimeMs: (job.end?.endedAt ?? now) - job.startedAt,
    cwd: job.cwd,
    command: job.command,
    name: jobName(job.command),
    tail: job.output.tail(tailChars),
    truncated: job.output.truncated,
    ...exitDetails(job),
  }));
  return textResult(text, { status: "completed", sessions });
}

function jobDetails(job: Job) {
  const exitCode = job.end?.exitCode;
  return {
    status: jobStatus(job),
    sessionId: job.id,
    ...(exitCode === undefined || exitCode === null ? {} : { exitCode }),
    name: jobName(job.command),
  };
}

function exitDetails({ end }: Job) {
  return {
    ...(end === undefined || end.exitCode === null ? {} : { exitCode: end.exitCode }),
    ...(end === undefined || end.exitSignal === null ? {} : { exitSignal: end.exitSignal }),
  };
}

function done(job: Job, text: string): ToolResult {
  return textResult(text, { status: "running", sessionId: job.id, name: jobName(job.command) });
}

function failed(text: string): ToolResult {
  return { ...textResult(text, { status: "failed" }), isError: true };
}

/** Lines from `offset` on, at most `limit`; with a limit alone the last ones. */
function sliceLines(text: string, offset: number | undefined, limit: number | undefined) {
  const lines = text === "" ? [] : text.split(/\r\n|\n/);
  const total = lines.length;
  const start = offset ?? (limit === undefined ? 0 : Math.max(0, total - limit));
  return { lines: lines.slice(start, limit === undefined ? undefined : start + limit), total };
}

/** A count, never negative; undefined when there is none. */
function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.floor(value)) : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
