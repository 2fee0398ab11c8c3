import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag } from "./shared-flags.ts";

export const approvalsGetFlags = {
  gateway: { type: "boolean", summary: "use the gateway host approvals" },
  node: { type: "string", value: "node", summary: "use the approvals of a node: id, name or IP" },
  ...gatewayFlags,
  timeout: timeoutFlag(10_000),
  json,
} as const satisfies FlagSpecs;

export const approvalsSetFlags = {
  ...approvalsGetFlags,
  file: { type: "string", value: "path", summary: "file to read, JSON5" },
  stdin: { type: "boolean", summary: "read JSON5 from standard input" },
} as const satisfies FlagSpecs;

export const approvalsAllowlistFlags = {
  ...approvalsGetFlags,
  agent: { type: "string", value: "id", default: "*", summary: "agent id; * is every agent" },
} as const satisfies FlagSpecs;

const pattern = { name: "pattern", summary: "path of a program, with * and ** as wildcards", required: false } as const;

export const approvalsCommands = [
  defineCommand({
    id: "approvals get",
    summary: "Show the approvals snapshot",
    flags: approvalsGetFlags,
    args: [],
    examples: [["openclaw approvals get --json", "The file of this machine without its secret."]],
    docs: "/cli/approvals",
    config: "any",
    load: () => import("../commands/approvals-get.ts"),
  }),
  defineCommand({
    id: "approvals set",
    summary: "Replace the approvals file from JSON",
    flags: approvalsSetFlags,
    args: [],
    docs: "/cli/approvals",
    config: "any",
    load: () => import("../commands/approvals-set.ts"),
  }),
  defineCommand({
    id: "approvals allowlist add",
    summary: "Add a glob pattern",
    flags: approvalsAllowlistFlags,
    args: [pattern],
    examples: [['openclaw approvals allowlist add "/usr/bin/git" --agent main', "One program for one agent."]],
    docs: "/cli/approvals",
    config: "any",
    load: () => import("../commands/approvals-allowlist-add.ts"),
  }),
  defineCommand({
    id: "approvals allowlist remove",
    summary: "Remove a glob pattern",
    flags: approvalsAllowlistFlags,
    args: [pattern],
    docs: "/cli/approvals",
    config: "any",
    load: () => import("../commands/approvals-allowlist-remove.ts"),
  }),
] as const;
