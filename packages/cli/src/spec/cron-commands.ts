import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag } from "./shared-flags.ts";

const calls = {
  ...gatewayFlags,
  timeout: timeoutFlag(30_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
} as const satisfies FlagSpecs;

/** What a job does and when; checked by the commands, whose messages have an order. */
const work = {
  description: { type: "string", value: "text", summary: "what the job is for" },
  agent: { type: "string", value: "id", summary: "agent that does the work" },
  at: { type: "string", value: "when", summary: "run once: ISO time, or a duration from now such as 20m" },
  every: { type: "string", value: "duration", summary: "run in an interval such as 10m, 1h or 1d" },
  cron: { type: "string", value: "expr", summary: "run at the times of a cron expression (5, 6 or 7 fields)" },
  tz: { type: "string", value: "iana", summary: "time zone of the expression" },
  "system-event": { type: "string", value: "text", summary: "text for the main session" },
  message: { type: "string", value: "text", summary: "prompt for a session of its own" },
  model: { type: "string", value: "model", summary: "model for this job" },
  thinking: {
    type: "string",
    value: "level",
    options: ["off", "minimal", "low", "medium", "high", "xhigh"],
    summary: "thinking level for this job",
  },
  "timeout-seconds": { type: "integer", value: "n", min: 1, summary: "limit of a run" },
  session: {
    type: "string",
    value: "target",
    unchecked: true,
    options: ["main", "isolated"],
    summary: "main or isolated",
  },
  "delete-after-run": { type: "boolean", summary: "delete a one-shot job after it went well" },
  "keep-after-run": { type: "boolean", summary: "keep a one-shot job, switched off" },
  announce: { type: "boolean", summary: "deliver the answer to a chat" },
  deliver: { type: "boolean", summary: "older name of --announce" },
  "no-deliver": { type: "boolean", summary: "leave the answer in its session" },
  to: { type: "string", value: "dest", summary: "chat the answer goes to" },
  "best-effort-deliver": { type: "boolean", summary: "a failed delivery does not fail the run" },
} as const satisfies FlagSpecs;

const wake = {
  type: "string",
  value: "mode",
  unchecked: true,
  options: ["now", "next-heartbeat"],
  summary: "when the agent looks at it",
} as const;

export const cronCallFlags = { ...calls, json } as const satisfies FlagSpecs;
export const cronPlainFlags = calls;
export const cronListFlags = {
  all: { type: "boolean", summary: "also jobs that are switched off" },
  ...cronCallFlags,
} as const satisfies FlagSpecs;
export const cronAddFlags = {
  name: { type: "string", value: "name", required: true, summary: "name of the job" },
  ...work,
  disabled: { type: "boolean", summary: "create it switched off" },
  wake: { ...wake, default: "now" },
  channel: { type: "string", value: "id", default: "last", summary: "channel of the delivery" },
  ...cronCallFlags,
} as const satisfies FlagSpecs;
export const cronEditFlags = {
  name: { type: "string", value: "name", summary: "name of the job" },
  ...work,
  enable: { type: "boolean", summary: "switch it on" },
  disable: { type: "boolean", summary: "switch it off" },
  "clear-agent": { type: "boolean", summary: "leave the choice of the agent to the Gateway" },
  wake,
  channel: { type: "string", value: "id", summary: "channel of the delivery" },
  "no-best-effort-deliver": { type: "boolean", summary: "a failed delivery fails the run" },
  ...cronCallFlags,
} as const satisfies FlagSpecs;
export const cronRunsFlags = {
  id: { type: "string", value: "id", required: true, summary: "the job" },
  limit: { type: "integer", value: "n", unchecked: true, default: 50, summary: "how many, the newest ones" },
  ...cronCallFlags,
} as const satisfies FlagSpecs;
export const cronRunFlags = {
  force: { type: "boolean", summary: "run it even if it is not due (the default)" },
  due: { type: "boolean", summary: "run it only if it is due" },
  ...cronCallFlags,
} as const satisfies FlagSpecs;

const id = { name: "id", summary: "id of the job", required: true } as const;
const common = { docs: "/automation", config: "any" } as const;

const add = {
  summary: "Create a job",
  flags: cronAddFlags,
  args: [],
  ...common,
  load: () => import("../commands/cron-add.ts"),
} as const;
const remove = {
  summary: "Remove a job",
  flags: cronCallFlags,
  args: [id],
  ...common,
  load: () => import("../commands/cron-rm.ts"),
} as const;

export const cronCommands = [
  defineCommand({
    id: "cron status",
    summary: "State of the scheduler",
    flags: cronCallFlags,
    args: [],
    ...common,
    load: () => import("../commands/cron-status.ts"),
  }),
  defineCommand({
    id: "cron list",
    summary: "List jobs",
    flags: cronListFlags,
    args: [],
    ...common,
    load: () => import("../commands/cron-list.ts"),
  }),
  defineCommand({
    id: "cron add",
    ...add,
    examples: [
      [
        'openclaw cron add --name Tea --at 20m --system-event "Tea is ready"',
        "A reminder in the main session in twenty minutes.",
      ],
      [
        'openclaw cron add --name News --cron "0 7 * * *" --tz Europe/Paris --message "What is new?"',
        "A morning briefing, delivered to the chat that was used last.",
      ],
    ],
  }),
  defineCommand({ id: "cron create", ...add, hidden: true }),
  defineCommand({
    id: "cron edit",
    summary: "Change a job",
    flags: cronEditFlags,
    args: [id],
    ...common,
    load: () => import("../commands/cron-edit.ts"),
  }),
  defineCommand({ id: "cron rm", ...remove }),
  defineCommand({ id: "cron remove", ...remove, hidden: true }),
  defineCommand({ id: "cron delete", ...remove, hidden: true }),
  defineCommand({
    id: "cron enable",
    summary: "Switch a job on",
    flags: cronPlainFlags,
    args: [id],
    ...common,
    load: () => import("../commands/cron-enable.ts"),
  }),
  defineCommand({
    id: "cron disable",
    summary: "Switch a job off",
    flags: cronPlainFlags,
    args: [id],
    ...common,
    load: () => import("../commands/cron-disable.ts"),
  }),
  defineCommand({
    id: "cron runs",
    summary: "Runs of a job",
    flags: cronRunsFlags,
    args: [],
    ...common,
    load: () => import("../commands/cron-runs.ts"),
  }),
  defineCommand({
    id: "cron run",
    summary: "Run a job now",
    flags: cronRunFlags,
    args: [id],
    ...common,
    load: () => import("../commands/cron-run.ts"),
  }),
] as const;
