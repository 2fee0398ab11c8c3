import { type CommandSpec, skillSpec } from "@openclaw/agent-runtime";
import { listsSkills } from "../skills/native-skills.ts";
import type { HandlersOf } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `commands.list`: what a client offers while somebody writes a command. */
export function commandMethods({ agents, commands, configStore }: MethodContext): HandlersOf<"commands.list"> {
  return {
    "commands.list"({ agentId = agents.defaultId(), scope = "both", provider, includeArgs = true }) {
      const { config } = configStore.snapshot();
      const switches = config.commands ?? {};
      const nativeSkills = provider === undefined || listsSkills(config, provider);
      const isOn = (spec: CommandSpec) => spec.switch === undefined || switches[spec.switch] === true;
      const listed = commands.registry.list().filter((spec) => isOn(spec) && (scope !== "native" || nativeName(spec)));
      const skills = commands
        .skillCommands(agentId)
        .map((skill) => ({ ...skillSpec(skill), ...(nativeSkills ? {} : { nativeName: null }) }))
        .filter((spec) => scope !== "native" || nativeName(spec));
      return {
        commands: [
          ...listed.map((spec) => described(spec, spec.category === "plugins" ? "plugin" : "native")),
          ...skills.map((spec) => described(spec, "skill")),
        ],
      };

      function nativeName(spec: CommandSpec): string | null {
        return (provider === undefined ? undefined : spec.nativeNames?.[provider]) ?? spec.nativeName;
      }

      function described(spec: CommandSpec, source: "native" | "skill" | "plugin") {
        const native = nativeName(spec);
        return {
          name: spec.name,
          ...(native === null ? {} : { nativeName: native }),
          textAliases: [spec.name, ...spec.aliases].map((name) => `/${name}`),
          description: spec.description,
          category: spec.category,
          source,
          scope: native === null ? ("text" as const) : ("both" as const),
          acceptsArgs: spec.args.length > 0,
          ...(includeArgs && spec.args.length > 0 ? { args: spec.args.map(describedArgument) } : {}),
        };
      }
    },
  };
}

function describedArgument({ name, description, required, choices }: CommandSpec["args"][number]) {
  return {
    name,
    description,
    type: "string" as const,
    ...(required ? { required } : {}),
    ...(choices ? { choices: choices.map((value) => ({ value, label: value })) } : {}),
  };
}
