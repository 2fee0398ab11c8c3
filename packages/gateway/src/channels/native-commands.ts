import { skillSpec } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { NativeCommand } from "@openclaw/plugin-sdk";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import { listsSkills } from "../skills/native-skills.ts";
import { channelSection } from "./account-config.ts";
import type { Channels } from "./channels.ts";

/** What the menus of services hold. */
const maxCommands = 100;

/** Commands and skills the menu of a service offers; none where `commands.native` is off. */
export function nativeCommands(
  channel: string,
  {
    config,
    channels,
    commands,
    agentId,
  }: {
    config: OpenClawConfig;
    channels: Pick<Channels, "get">;
    commands: {
      registry: Pick<GatewayCommands["registry"], "native">;
      skillCommands(agentId: string): readonly { name: string; description: string }[];
    };
    /** Whose skills are offered. */
    agentId: string;
  },
): readonly NativeCommand[] {
  const menu = channelSection(config, channel)?.commands;
  const native = typeof menu === "object" && menu !== null && "native" in menu ? menu.native : undefined;
  const wanted = native ?? config.commands?.native ?? "auto";
  // Slack's commands have to be declared in its app, so they are on only when somebody says so.
  const on =
    wanted === "auto" ? channel !== "slack" && channels.get(channel)?.capabilities?.nativeCommands === true : wanted;
  if (on !== true) return [];
  const switches = config.commands ?? {};
  const own = commands.registry.native(channel, ({ switch: name }) => name === undefined || switches[name] === true);
  const skills = listsSkills(config, channel)
    ? commands.skillCommands(agentId).flatMap((skill) => {
        const { nativeName, description, args } = skillSpec(skill);
        return nativeName === null ? [] : [{ name: nativeName, description, args }];
      })
    : [];
  // Skills also run by `/skill <name>`: all of them make room together when the menu is too small.
  const offered = own.length + skills.length > maxCommands ? own : [...own, ...skills];
  return offered.map(({ name, description, args }) => ({
    name,
    description,
    args: args.map((arg) => ({
      name: arg.name,
      description: arg.description,
      ...(arg.required ? { required: true } : {}),
      ...(arg.choices ? { choices: arg.choices } : {}),
    })),
  }));
}
