import { defineCommand } from "./command-spec.ts";

export const docsCommands = [
  defineCommand({
    id: "docs",
    summary: "Search the manual",
    description: "Searches the manual that comes with the program; nothing is asked of the network.",
    flags: {},
    args: [{ name: "query", summary: "what to look for", required: false, variadic: true }],
    examples: [["openclaw docs pairing code", "The parts of the manual about pairing codes."]],
    docs: "/",
    config: "none",
    load: () => import("../commands/docs.ts"),
  }),
] as const;
