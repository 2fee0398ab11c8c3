import { Args, Command, Flags, type Interfaces } from "@oclif/core";
import { type AnyCommand, type FlagSpec, flagUsage } from "../spec/command-spec.ts";
import { childrenOf } from "../spec/command-tree.ts";

/** Runs a command whose flags are still text. */
export type Execute = (command: AnyCommand, argv: readonly string[]) => Promise<number>;

/** Makes the oclif class of a command: its metadata for help, manifest and completion, and a way to run it. */
function deriveCommand(spec: AnyCommand, execute?: Execute): Command.Class {
  const isGroupAction = childrenOf(spec.id).length > 0;
  class DerivedCommand extends Command {
    static override id = spec.id.replaceAll(" ", ":");
    static override summary = spec.summary;
    static override description = spec.description;
    static override hidden = spec.hidden ?? false;
    static override flags = Object.fromEntries(
      Object.entries(spec.flags).map(([name, flag]) => [name, oclifFlag(flag)]),
    );
    static override args = Object.fromEntries(
      spec.args.map((arg) => [arg.name, Args.string({ description: arg.summary, required: arg.required })]),
    );
    static override examples = (spec.examples ?? []).map(([command, description]) => ({ command, description }));
    static override usage = usageLine(spec, isGroupAction);
    /** Path of the command's page in the manual. */
    static docs = spec.docs;

    override async run(): Promise<number> {
      // oclif warns of commands that do not use its parser; ours reads the same specs.
      this.parsed = true;
      if (!execute) throw new Error(`${spec.id} was loaded for its description only`);
      return execute(spec, this.argv);
    }

    protected override async catch(error: Error): Promise<never> {
      throw error; // one place turns errors into text, and it is not this one
    }
  }
  return DerivedCommand as Command.Class;
}

/** Arguments as help shows them: `config set [options] <path> <value>`. */
function usageLine(spec: AnyCommand, isGroupAction: boolean): string {
  const args = spec.args.map((arg) => {
    const name = arg.variadic ? `${arg.name}...` : arg.name;
    return arg.required ? `<${name}>` : `[${name}]`;
  });
  return [spec.id, "[options]", ...(isGroupAction ? ["[command]"] : []), ...args].join(" ");
}

function oclifFlag(flag: FlagSpec): Command.Flag {
  const common = {
    summary: flag.defaultText ? `${flag.summary} (default: ${flag.defaultText})` : flag.summary,
    hidden: flag.hidden ?? false,
    ...(flag.char && { char: flag.char as Interfaces.AlphabetLowercase }),
  };
  if (flag.type === "boolean") return Flags.boolean(common);
  const value = {
    ...common,
    helpValue: /<(.+)>$/.exec(flagUsage("value", flag))?.[1] ?? "value",
    required: flag.required ?? false,
  };
  if (flag.type === "integer") {
    return Flags.integer({ ...value, ...(typeof flag.default === "number" && { default: flag.default }) });
  }
  return Flags.string({
    ...value,
    ...(flag.options && { options: flag.options }),
    ...(typeof flag.default === "string" && { default: flag.default }),
  });
}

/** All commands as oclif knows them: id to class. The build makes the manifest of these. */
export function deriveCommands(specs: readonly AnyCommand[], execute?: Execute): Record<string, Command.Class> {
  return Object.fromEntries(specs.map((spec) => [spec.id.replaceAll(" ", ":"), deriveCommand(spec, execute)]));
}
