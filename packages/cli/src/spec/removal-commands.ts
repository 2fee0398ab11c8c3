import { defineCommand, type FlagSpecs } from "./command-spec.ts";

const yes = { type: "boolean", summary: "no confirmation" } as const;
const nonInteractive = { type: "boolean", summary: "never prompt" } as const;
const dryRun = { type: "boolean", summary: "show actions without doing them" } as const;

export const resetFlags = {
  scope: {
    type: "string",
    options: ["config", "config+creds+sessions", "full"],
    unchecked: true,
    summary: "what to erase",
  },
  yes,
  "non-interactive": nonInteractive,
  "dry-run": dryRun,
} as const satisfies FlagSpecs;

export const uninstallFlags = {
  service: { type: "boolean", summary: "remove the Gateway service" },
  state: { type: "boolean", summary: "remove state and config; workspaces stay" },
  workspace: { type: "boolean", summary: "remove workspace directories" },
  app: { type: "boolean", summary: "remove the macOS app" },
  all: { type: "boolean", summary: "service, state, workspace and app" },
  yes,
  "non-interactive": nonInteractive,
  "dry-run": dryRun,
} as const satisfies FlagSpecs;

export const removalCommands = [
  defineCommand({
    id: "reset",
    summary: "Erase local config or state but keep the CLI",
    flags: resetFlags,
    args: [],
    examples: [["openclaw reset --scope full --dry-run", "What would go."]],
    docs: "/cli/reset",
    config: "any",
    load: () => import("../commands/reset.ts"),
  }),
  defineCommand({
    id: "uninstall",
    summary: "Remove service, state, workspaces or app; keep the CLI",
    flags: uninstallFlags,
    args: [],
    examples: [["openclaw uninstall --all --dry-run", "What would go."]],
    docs: "/cli/uninstall",
    config: "any",
    load: () => import("../commands/uninstall.ts"),
  }),
] as const;
