import { defineCommand, type FlagSpecs } from "./command-spec.ts";

export const completionFlags = {
  shell: {
    type: "string",
    char: "s",
    options: ["zsh", "bash", "powershell", "fish"],
    summary: "shell name",
    defaultText: "zsh; with --install the shell in use",
  },
  install: { type: "boolean", char: "i", summary: "write the script and load it from the shell's profile" },
  "write-state": { type: "boolean", summary: "write the scripts into the state directory, print nothing" },
  yes: { type: "boolean", char: "y", summary: "no confirmation" },
} as const satisfies FlagSpecs;

export const completionCommands = [
  defineCommand({
    id: "completion",
    summary: "Produce or install a shell completion script",
    flags: completionFlags,
    args: [],
    examples: [
      ["openclaw completion --install", "Completes commands in the shell you use, from its next start on."],
      ["openclaw completion --shell fish", "Prints the script."],
    ],
    docs: "/cli/completion",
    config: "none",
    bare: true,
    load: () => import("../commands/completion.ts"),
  }),
] as const;
