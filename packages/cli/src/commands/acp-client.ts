import path from "node:path";
import { runAcpClient } from "@openclaw/acp";
import { protocolStreams } from "../protocol/protocol-streams.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { acpClientFlags } from "../spec/acp-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `acp client`: starts a bridge and talks through it, for looking at what editors get. */
export async function run({ flags }: CommandInput<typeof acpClientFlags>, context: CommandContext): Promise<undefined> {
  const { stdin } = protocolStreams(context);
  const further = flags["server-args"]?.split("\n") ?? [];
  try {
    await runAcpClient({
      command: flags.server,
      args: ["acp", ...further, ...(flags["server-verbose"] ? ["--verbose"] : [])],
      cwd: path.resolve(context.cwd, flags.cwd ?? "."),
      env: context.env,
      input: stdin,
      write: (text) => context.stdout.write(text),
      version: context.version,
      ...(flags.verbose ? { verbose: (line: string) => context.warn(`[acp client] ${line}`) } : {}),
    });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), { code: "acp-client", cause: error });
  }
}
