import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

export const skillsListFlags = {
  json,
  eligible: { type: "boolean", summary: "only those that can be used" },
  verbose: { type: "boolean", char: "v", summary: "also what is missing" },
} as const satisfies FlagSpecs;
export const skillsJsonFlags = { json } as const satisfies FlagSpecs;

const common = { docs: "/cli/skills", config: "valid" } as const;

export const skillsCommands = [
  defineCommand({
    id: "skills",
    summary: "Skills; alone it lists them",
    flags: skillsListFlags,
    args: [],
    ...common,
    load: () => import("../commands/skills-list.ts"),
  }),
  defineCommand({
    id: "skills list",
    summary: "List skills and whether they can be used",
    flags: skillsListFlags,
    args: [],
    examples: [["openclaw skills list --eligible", "What the agent is told of."]],
    ...common,
    load: () => import("../commands/skills-list.ts"),
  }),
  defineCommand({
    id: "skills info",
    summary: "Details of a skill",
    flags: skillsJsonFlags,
    args: [{ name: "name", summary: "name of the skill", required: true }],
    ...common,
    load: () => import("../commands/skills-info.ts"),
  }),
  defineCommand({
    id: "skills check",
    summary: "Which skills can be used, and why others cannot",
    flags: skillsJsonFlags,
    args: [],
    ...common,
    load: () => import("../commands/skills-check.ts"),
  }),
] as const;
