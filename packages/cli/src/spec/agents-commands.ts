import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

export const agentsListFlags = {
  json,
  bindings: { type: "boolean", summary: "show routing bindings" },
} as const satisfies FlagSpecs;

export const agentsAddFlags = {
  workspace: { type: "string", value: "dir", summary: "workspace directory" },
  model: { type: "string", value: "id", summary: "model id" },
  "agent-dir": { type: "string", value: "dir", summary: "agent state directory" },
  bind: { type: "string", value: "channel[:account]", multiple: true, summary: "channel[:accountId], repeatable" },
  "non-interactive": { type: "boolean", summary: "never prompt" },
  json,
} as const satisfies FlagSpecs;

export const agentsDeleteFlags = {
  force: { type: "boolean", summary: "no confirmation" },
  json,
} as const satisfies FlagSpecs;

export const agentsSetIdentityFlags = {
  agent: { type: "string", value: "id", summary: "agent id" },
  workspace: { type: "string", value: "dir", summary: "workspace directory" },
  "identity-file": { type: "string", value: "file", summary: "explicit IDENTITY.md" },
  "from-identity": { type: "boolean", summary: "read values from IDENTITY.md" },
  name: { type: "string", value: "name", summary: "name" },
  theme: { type: "string", value: "theme", summary: "identity theme" },
  emoji: { type: "string", value: "emoji", summary: "emoji" },
  avatar: { type: "string", value: "avatar", summary: "workspace path, http(s) URL or data URI" },
  json,
} as const satisfies FlagSpecs;

const docs = "/cli/agents";
const list = {
  flags: agentsListFlags,
  args: [],
  docs,
  config: "valid",
  load: () => import("../commands/agents-list.ts"),
} as const;

export const agentsCommands = [
  defineCommand({ ...list, id: "agents", summary: "Isolated agents; alone it lists them" }),
  defineCommand({ ...list, id: "agents list", summary: "List configured agents" }),
  defineCommand({
    id: "agents add",
    summary: "Create an agent, interactively or from flags",
    flags: agentsAddFlags,
    args: [{ name: "name", summary: "name of the agent", required: false }],
    examples: [["openclaw agents add work --workspace ~/work --bind telegram", "An agent for a channel of its own."]],
    docs,
    config: "valid",
    load: () => import("../commands/agents-add.ts"),
  }),
  defineCommand({
    id: "agents set-identity",
    summary: "Write name, theme, emoji or avatar of an agent",
    flags: agentsSetIdentityFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/agents-set-identity.ts"),
  }),
  defineCommand({
    id: "agents delete",
    summary: "Delete an agent with its workspace and state",
    flags: agentsDeleteFlags,
    args: [{ name: "id", summary: "agent id", required: true }],
    docs,
    config: "valid",
    load: () => import("../commands/agents-delete.ts"),
  }),
] as const;
