import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

export const hooksListFlags = {
  eligible: { type: "boolean", summary: "only those that can run" },
  json,
  verbose: { type: "boolean", char: "v", summary: "also what is missing" },
} as const satisfies FlagSpecs;
export const hooksJsonFlags = { json } as const satisfies FlagSpecs;
export const hooksInstallFlags = {
  link: { type: "boolean", char: "l", summary: "use the folder where it is instead of copying it" },
} as const satisfies FlagSpecs;
export const hooksUpdateFlags = {
  all: { type: "boolean", summary: "everything that was installed from npm" },
  "dry-run": { type: "boolean", summary: "say what would be done" },
} as const satisfies FlagSpecs;

const name = { name: "name", summary: "name of the hook", required: true } as const;
const common = { docs: "/automation", config: "any" } as const;

export const hooksCommands = [
  defineCommand({
    id: "hooks",
    summary: "Agent hooks; alone it lists them",
    flags: hooksListFlags,
    args: [],
    ...common,
    load: () => import("../commands/hooks-list.ts"),
  }),
  defineCommand({
    id: "hooks list",
    summary: "List hooks and whether they can run",
    flags: hooksListFlags,
    args: [],
    ...common,
    load: () => import("../commands/hooks-list.ts"),
  }),
  defineCommand({
    id: "hooks info",
    summary: "Details of a hook",
    flags: hooksJsonFlags,
    args: [name],
    ...common,
    load: () => import("../commands/hooks-info.ts"),
  }),
  defineCommand({
    id: "hooks check",
    summary: "Which hooks can run, and why others cannot",
    flags: hooksJsonFlags,
    args: [],
    ...common,
    load: () => import("../commands/hooks-check.ts"),
  }),
  defineCommand({
    id: "hooks enable",
    summary: "Switch a hook on",
    flags: {},
    args: [name],
    ...common,
    load: () => import("../commands/hooks-enable.ts"),
  }),
  defineCommand({
    id: "hooks disable",
    summary: "Switch a hook off",
    flags: {},
    args: [name],
    ...common,
    load: () => import("../commands/hooks-disable.ts"),
  }),
  defineCommand({
    id: "hooks install",
    summary: "Install a hook or a pack of hooks",
    flags: hooksInstallFlags,
    args: [{ name: "path-or-spec", summary: "folder, archive or npm package", required: true }],
    ...common,
    load: () => import("../commands/hooks-install.ts"),
  }),
  defineCommand({
    id: "hooks update",
    summary: "Update hooks that were installed from npm",
    flags: hooksUpdateFlags,
    args: [{ name: "id", summary: "what to update", required: false }],
    ...common,
    load: () => import("../commands/hooks-update.ts"),
  }),
] as const;
