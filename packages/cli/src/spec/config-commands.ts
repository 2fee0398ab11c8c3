import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { configureFlags } from "./onboarding-commands.ts";

export const configGetFlags = {
  json: { type: "boolean", summary: "print the value as JSON" },
} as const satisfies FlagSpecs;

export const configSetFlags = {
  json: { type: "boolean", summary: "require the value to parse as JSON5" },
} as const satisfies FlagSpecs;

const path = { name: "path", summary: "dots and brackets, as in agents.list[0].id", required: true } as const;

export const configCommands = [
  defineCommand({
    id: "config",
    summary: "Read or change config values; alone it starts configure",
    flags: configureFlags,
    args: [],
    docs: "/cli/config",
    config: "none",
    load: () => import("../commands/configure.ts"),
  }),
  defineCommand({
    id: "config get",
    summary: "Print one config value addressed by path",
    flags: configGetFlags,
    args: [path],
    examples: [["openclaw config get gateway.auth.token", "The token to paste into the Control UI."]],
    docs: "/cli/config",
    light: true,
    config: "any",
    bare: true,
    load: () => import("../commands/config-get.ts"),
  }),
  defineCommand({
    id: "config set",
    summary: "Write one config value addressed by path",
    flags: configSetFlags,
    args: [path, { name: "value", summary: "JSON5, or a text as it is", required: true }],
    examples: [
      ["openclaw config set gateway.port 19001", "A number."],
      ["openclaw config set agents.list '[{ id: \"main\" }]' --json", "A list; a mistake in it is an error."],
    ],
    docs: "/cli/config",
    light: true,
    config: "any",
    bare: true,
    load: () => import("../commands/config-set.ts"),
  }),
  defineCommand({
    id: "config unset",
    summary: "Delete one config value addressed by path",
    flags: {},
    args: [path],
    docs: "/cli/config",
    light: true,
    config: "any",
    bare: true,
    load: () => import("../commands/config-unset.ts"),
  }),
] as const;
