import { deriveCommands } from "./oclif/derive-command.ts";
import { commands } from "./spec/command-tree.ts";

/** The commands as oclif classes by id, for its manifest and for tools that work with oclif programs. */
export const COMMANDS = /* @__PURE__ */ deriveCommands(commands);
