import type { ChannelLog } from "@openclaw/plugin-sdk";
import type { CommandContext } from "../run/command-context.ts";

/** The log of a channel that runs in a command: what it says for people is printed, the rest goes to standard error. */
export function terminalLog({ print, warn }: Pick<CommandContext, "print" | "warn">): ChannelLog {
  const line = (level: string) => (message: string) => warn(`${level}: ${message}`);
  return { error: line("error"), warn: line("warn"), info: (message) => print(message), debug: line("debug") };
}
