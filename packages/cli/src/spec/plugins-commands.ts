import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const id = { name: "id", summary: "plugin id", required: true } as const;

export const pluginsListFlags = {
  json,
  enabled: { type: "boolean", summary: "only enabled plugins" },
  verbose: { type: "boolean", summary: "more detail" },
} as const satisfies FlagSpecs;

export const pluginsInfoFlags = { json } as const satisfies FlagSpecs;

export const pluginsInstallFlags = {
  link: { type: "boolean", char: "l", summary: "link a local path instead of copying" },
} as const satisfies FlagSpecs;

export const pluginsUpdateFlags = {
  all: { type: "boolean", summary: "include everything" },
  "dry-run": { type: "boolean", summary: "show actions without doing them" },
} as const satisfies FlagSpecs;

export const pluginsUninstallFlags = {
  "keep-config": { type: "boolean", summary: "leave the plugin's entry in the configuration" },
} as const satisfies FlagSpecs;

const noFlags = {} as const satisfies FlagSpecs;
const docs = "/cli/plugins";

export const pluginsCommands = [
  defineCommand({
    id: "plugins list",
    summary: "List discovered plugins",
    flags: pluginsListFlags,
    args: [],
    docs,
    config: "any",
    load: () => import("../commands/plugins-list.ts"),
  }),
  defineCommand({
    id: "plugins info",
    summary: "Describe a plugin",
    flags: pluginsInfoFlags,
    args: [{ name: "id", summary: "plugin id or name", required: true }],
    docs,
    config: "any",
    load: () => import("../commands/plugins-info.ts"),
  }),
  defineCommand({
    id: "plugins enable",
    summary: "Enable a plugin in config",
    flags: noFlags,
    args: [id],
    docs,
    config: "any",
    load: () => import("../commands/plugins-enable.ts"),
  }),
  defineCommand({
    id: "plugins disable",
    summary: "Disable a plugin in config",
    flags: noFlags,
    args: [id],
    docs,
    config: "any",
    load: () => import("../commands/plugins-disable.ts"),
  }),
  defineCommand({
    id: "plugins install",
    summary: "Install or link a plugin",
    flags: pluginsInstallFlags,
    args: [{ name: "path-or-spec", summary: "folder, file, archive, or npm package", required: true }],
    examples: [
      ["openclaw plugins install ./my-plugin", "Copies a folder into the state directory."],
      ["openclaw plugins install -l ./my-plugin", "Runs it from where it is, while it is being written."],
      ["openclaw plugins install @acme/openclaw-dice", "From npm, without running its scripts."],
    ],
    docs,
    config: "valid",
    load: () => import("../commands/plugins-install.ts"),
  }),
  defineCommand({
    id: "plugins update",
    summary: "Update plugins installed from npm",
    flags: pluginsUpdateFlags,
    args: [{ name: "id", summary: "plugin id", required: false }],
    docs,
    config: "valid",
    bare: true,
    load: () => import("../commands/plugins-update.ts"),
  }),
  defineCommand({
    id: "plugins uninstall",
    summary: "Remove a plugin and what was installed of it",
    flags: pluginsUninstallFlags,
    args: [id],
    docs,
    config: "valid",
    load: () => import("../commands/plugins-uninstall.ts"),
  }),
  defineCommand({
    id: "plugins doctor",
    summary: "Report plugin load problems",
    flags: noFlags,
    args: [],
    docs,
    config: "any",
    load: () => import("../commands/plugins-doctor.ts"),
  }),
] as const;
