import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const seconds = (preset: number) =>
  ({
    type: "integer",
    value: "seconds",
    default: preset,
    min: 1,
    refusal: "--timeout must be a positive integer (seconds)",
    summary: "seconds per step",
  }) as const;

export const updateFlags = {
  channel: {
    type: "string",
    options: ["stable", "beta", "dev"],
    unchecked: true,
    summary: "update channel, kept for later updates",
    defaultText: "update.channel",
  },
  tag: { type: "string", value: "dist-tag|version", summary: "another version than the channel's" },
  "no-restart": { type: "boolean", summary: "leave the service running as is" },
  yes: { type: "boolean", summary: "no confirmation" },
  timeout: seconds(1200),
  json,
} as const satisfies FlagSpecs;

export const updateStatusFlags = {
  timeout: { ...seconds(3), summary: "seconds for the check", default: 3 },
  json,
} as const satisfies FlagSpecs;
export const updateWizardFlags = { timeout: seconds(1200) } as const satisfies FlagSpecs;

export const updateCommands = [
  defineCommand({
    id: "update",
    summary: "Update OpenClaw in place",
    flags: updateFlags,
    args: [],
    docs: "/cli/update",
    config: "any",
    bare: true,
    load: () => import("../commands/update.ts"),
  }),
  defineCommand({
    id: "update status",
    summary: "Show update channel and availability",
    flags: updateStatusFlags,
    args: [],
    docs: "/cli/update",
    config: "any",
    bare: true,
    load: () => import("../commands/update-status.ts"),
  }),
  defineCommand({
    id: "update wizard",
    summary: "Choose a channel and update interactively",
    flags: updateWizardFlags,
    args: [],
    docs: "/cli/update",
    config: "any",
    bare: true,
    load: () => import("../commands/update-wizard.ts"),
  }),
] as const;
