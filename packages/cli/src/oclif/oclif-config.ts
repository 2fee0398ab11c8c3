import { type Command, Config, type Interfaces } from "@oclif/core";
import type { AnyCommand } from "../spec/command-spec.ts";
import { commands, groups } from "../spec/command-tree.ts";
import { deriveCommands, type Execute } from "./derive-command.ts";

/**
 * The oclif application: its commands come from the specs, so that it needs no files of its own and works alike from
 * sources and from the bundle.
 */
export async function createOclifConfig(options: {
  version: string;
  /** Commands that plugins add. */
  more?: readonly AnyCommand[];
  /** The one command that is to run: the others need not be made for it. */
  only?: AnyCommand;
  execute?: Execute;
}): Promise<Config> {
  const pjson: Interfaces.PJSON = {
    name: "openclaw",
    version: options.version,
    oclif: { bin: "openclaw", topicSeparator: " ", additionalHelpFlags: ["-h"] },
  };
  const classes = deriveCommands(
    options.only ? [options.only] : [...commands, ...(options.more ?? [])],
    options.execute,
  );
  const plugin: Interfaces.Plugin = {
    _base: "openclaw",
    alias: "openclaw",
    commandIDs: Object.keys(classes),
    commands: Object.values(classes).map(loadable),
    commandsDir: undefined,
    findCommand: async (id: string) => classes[id]!,
    hasManifest: false,
    hooks: {},
    isRoot: true,
    load: async () => {},
    moduleType: "module",
    name: "openclaw",
    options: { root: "openclaw" },
    pjson,
    root: "openclaw",
    topics: groups.map((group) => ({ name: group.id, description: group.summary, hidden: group.hidden ?? false })),
    type: "core",
    valid: true,
    version: options.version,
  };
  const config = new Config({
    root: plugin.root,
    pjson,
    plugins: new Map([[plugin.name, plugin]]),
    version: options.version,
  });
  await config.load();
  return config;
}

function loadable(command: Command.Class): Command.Loadable {
  return {
    id: command.id,
    summary: command.summary,
    description: command.description,
    hidden: command.hidden,
    aliases: [],
    hiddenAliases: [],
    args: command.args,
    flags: command.flags as Command.Loadable["flags"],
    examples: command.examples,
    usage: command.usage,
    ...("docs" in command && { docs: command.docs }),
    load: async () => command,
  };
}
