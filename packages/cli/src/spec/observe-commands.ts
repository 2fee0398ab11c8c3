import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag, verboseFlags } from "./shared-flags.ts";

export const statusFlags = {
  json,
  all: { type: "boolean", summary: "full diagnosis to paste into a report" },
  usage: { type: "boolean", summary: "show provider usage" },
  deep: { type: "boolean", summary: "ask the Gateway for live probes" },
  timeout: timeoutFlag(10_000),
  ...verboseFlags,
} as const satisfies FlagSpecs;

export const healthFlags = { json, timeout: timeoutFlag(10_000), ...verboseFlags } as const satisfies FlagSpecs;

export const sessionsFlags = {
  json,
  verbose: { type: "boolean", summary: "more detail" },
  store: { type: "string", value: "path", summary: "session store to read", defaultText: "the default agent's" },
  active: {
    type: "integer",
    value: "minutes",
    summary: "only sessions updated within this many minutes",
    min: 1,
    refusal: "--active must be a positive integer (minutes)",
  },
} as const satisfies FlagSpecs;

export const logsFlags = {
  limit: { type: "integer", default: 200, min: Number.MIN_SAFE_INTEGER, summary: "most lines to show" },
  "max-bytes": { type: "integer", default: 250_000, min: Number.MIN_SAFE_INTEGER, summary: "most bytes to read" },
  follow: { type: "boolean", summary: "keep following" },
  interval: {
    type: "integer",
    value: "ms",
    default: 1000,
    min: Number.MIN_SAFE_INTEGER,
    summary: "poll interval in ms",
  },
  json: { type: "boolean", summary: "one JSON object per line" },
  plain: { type: "boolean", summary: "plain line output" },
  "no-color": { type: "boolean", summary: "no ANSI colours" },
  ...gatewayFlags,
  timeout: timeoutFlag(30_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
} as const satisfies FlagSpecs;

export const dashboardFlags = {
  "no-open": { type: "boolean", summary: "do not open a browser" },
} as const satisfies FlagSpecs;

export const observeCommands = [
  defineCommand({
    id: "status",
    summary: "Overview of gateway, channels, sessions and security",
    flags: statusFlags,
    args: [],
    examples: [
      ["openclaw status", "The overview; works without a Gateway."],
      ["openclaw status --all", "Everything, without secrets."],
    ],
    docs: "/cli/status",
    light: true,
    config: "any",
    load: () => import("../commands/status.ts"),
  }),
  defineCommand({
    id: "health",
    summary: "Ask the running Gateway for its health snapshot",
    flags: healthFlags,
    args: [],
    docs: "/cli/health",
    light: true,
    config: "any",
    load: () => import("../commands/health.ts"),
  }),
  defineCommand({
    id: "sessions",
    summary: "List stored sessions from the session store",
    flags: sessionsFlags,
    args: [],
    examples: [["openclaw sessions --active 120", "What was in use in the last two hours."]],
    docs: "/cli/sessions",
    light: true,
    config: "valid",
    load: () => import("../commands/sessions.ts"),
  }),
  defineCommand({
    id: "logs",
    summary: "Show or follow the Gateway log file over RPC",
    flags: logsFlags,
    args: [],
    examples: [["openclaw logs --follow", "Watch the Gateway."]],
    docs: "/cli/logs",
    light: true,
    config: "any",
    bare: true,
    load: () => import("../commands/logs.ts"),
  }),
  defineCommand({
    id: "dashboard",
    summary: "Print, copy and open the Control UI link",
    flags: dashboardFlags,
    args: [],
    docs: "/cli/dashboard",
    config: "valid",
    load: () => import("../commands/dashboard.ts"),
  }),
] as const;
