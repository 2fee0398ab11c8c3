import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag } from "./shared-flags.ts";

export const systemFlags = {
  json,
  ...gatewayFlags,
  timeout: timeoutFlag(30_000),
  "expect-final": { type: "boolean", summary: "wait for the final response" },
} as const satisfies FlagSpecs;

export const systemEventFlags = {
  text: { type: "string", value: "text", summary: "what the main session is told" },
  mode: {
    type: "string",
    value: "mode",
    unchecked: true,
    default: "next-heartbeat",
    options: ["now", "next-heartbeat"],
    summary: "when the agent looks at it",
  },
  ...systemFlags,
} as const satisfies FlagSpecs;

const common = { args: [], docs: "/automation", config: "any" } as const;

export const systemCommands = [
  defineCommand({
    id: "system event",
    summary: "Queue a system event for the main session",
    flags: systemEventFlags,
    ...common,
    examples: [['openclaw system event --text "The parcel is here" --mode now', "The agent hears of it at once."]],
    load: () => import("../commands/system-event.ts"),
  }),
  defineCommand({
    id: "system heartbeat last",
    summary: "The last heartbeat",
    flags: systemFlags,
    ...common,
    load: () => import("../commands/system-heartbeat-last.ts"),
  }),
  defineCommand({
    id: "system heartbeat enable",
    summary: "Switch heartbeats on until the Gateway restarts",
    flags: systemFlags,
    ...common,
    load: () => import("../commands/system-heartbeat-enable.ts"),
  }),
  defineCommand({
    id: "system heartbeat disable",
    summary: "Switch heartbeats off until the Gateway restarts",
    flags: systemFlags,
    ...common,
    load: () => import("../commands/system-heartbeat-disable.ts"),
  }),
  defineCommand({
    id: "system presence",
    summary: "Who is connected",
    flags: systemFlags,
    ...common,
    load: () => import("../commands/system-presence.ts"),
  }),
] as const;
