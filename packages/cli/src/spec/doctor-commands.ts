import { defineCommand, type FlagSpecs } from "./command-spec.ts";

export const doctorFlags = {
  yes: { type: "boolean", summary: "accept every ordinary repair" },
  repair: { type: "boolean", summary: "same as --fix" },
  fix: { type: "boolean", summary: "apply ordinary repairs without asking" },
  force: { type: "boolean", summary: "with --fix: also rewrite a service that was edited by hand" },
  deep: { type: "boolean", summary: "look for other services in the system's directories too" },
  "non-interactive": { type: "boolean", summary: "never ask; only move files of former releases" },
  "generate-gateway-token": { type: "boolean", summary: "create and store a Gateway token" },
  "no-workspace-suggestions": { type: "boolean", summary: "no tips about the workspace" },
} as const satisfies FlagSpecs;

export const doctorCommands = [
  defineCommand({
    id: "doctor",
    summary: "Diagnose config, state, services; optionally repair them",
    flags: doctorFlags,
    args: [],
    examples: [
      ["openclaw doctor", "Looks at everything and asks before it repairs something."],
      ["openclaw doctor --fix", "Repairs what is safe to repair."],
    ],
    docs: "/cli/doctor",
    // It reads the file itself, and tells what is wrong with it in its own order.
    config: "none",
    load: () => import("../commands/doctor.ts"),
  }),
] as const;
