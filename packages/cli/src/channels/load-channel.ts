import type { Channel } from "@openclaw/plugin-sdk";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { localChannels } from "./local-channels.ts";

/** A channel of the program or of a plugin, by its id or another name of it. @throws CliError for one that is not here */
export async function loadChannel(name: string, context: CommandContext): Promise<Channel> {
  const entry = localChannels(context).entry(name);
  if (entry !== undefined) return entry.load();
  const { pluginChannel } = await import("../plugins/load-plugin-channel.ts");
  const channel = await pluginChannel(name.trim().toLowerCase(), context);
  if (channel === undefined) throw new CliError(`Unknown channel: ${name}`);
  return channel;
}
