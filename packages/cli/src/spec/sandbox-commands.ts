import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const browser = { type: "boolean", summary: "only browser containers" } as const;
const session = { type: "string", value: "key", summary: "session key or target" } as const;
const agent = { type: "string", value: "id", summary: "agent id" } as const;

export const sandboxListFlags = { json, browser } as const satisfies FlagSpecs;

export const sandboxRecreateFlags = {
  all: { type: "boolean", summary: "every sandbox" },
  session,
  agent,
  browser,
  force: { type: "boolean", summary: "do not ask" },
} as const satisfies FlagSpecs;

export const sandboxExplainFlags = { session, agent, json } as const satisfies FlagSpecs;

export const sandboxCommands = [
  defineCommand({
    id: "sandbox list",
    summary: "List sandbox and browser containers",
    flags: sandboxListFlags,
    args: [],
    docs: "/cli/sandbox",
    config: "valid",
    load: () => import("../commands/sandbox-list.ts"),
  }),
  defineCommand({
    id: "sandbox recreate",
    summary: "Remove containers so they are rebuilt on use",
    flags: sandboxRecreateFlags,
    args: [],
    examples: [["openclaw sandbox recreate --agent work", "After a change of this agent's sandbox settings."]],
    docs: "/cli/sandbox",
    config: "valid",
    load: () => import("../commands/sandbox-recreate.ts"),
  }),
  defineCommand({
    id: "sandbox explain",
    summary: "Explain sandbox and tool policy for a session",
    flags: sandboxExplainFlags,
    args: [],
    examples: [["openclaw sandbox explain --session agent:main:telegram:group:-100", "Why a tool is missing there."]],
    docs: "/cli/sandbox",
    config: "valid",
    load: () => import("../commands/sandbox-explain.ts"),
  }),
] as const;
