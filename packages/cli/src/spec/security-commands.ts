import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

export const securityAuditFlags = {
  deep: { type: "boolean", summary: "also ask the Gateway and read the code of plugins and skills" },
  fix: { type: "boolean", summary: "apply safe hardening first" },
  strict: { type: "boolean", summary: "exit code 2 when something critical was found" },
  json,
} as const satisfies FlagSpecs;

export const securityCommands = [
  defineCommand({
    id: "security audit",
    summary: "Check config and state for risky settings",
    flags: securityAuditFlags,
    args: [],
    examples: [
      ["openclaw security audit", "What is open to others, and how to close it."],
      ["openclaw security audit --fix", "Closes files and groups, after asking; says how to take it back."],
    ],
    docs: "/cli/security",
    config: "valid",
    load: () => import("../commands/security-audit.ts"),
  }),
] as const;
