import type { CommandSpec } from "./command-table.ts";

/** The command of a skill, as lists of commands show it. */
export function skillSpec({ name, description }: { name: string; description: string }): CommandSpec {
  return {
    name,
    aliases: [],
    category: "tools",
    description,
    args: [{ name: "input", description: "What the skill is given", rest: true }],
    nativeName: name,
    kind: "command",
    // A skill may call a tool at once, which is not to be done twice.
    once: true,
  };
}
