import { configuredServers } from "../mcp/configured-servers.ts";
import { CliError, UsageError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { mcpAddFlags } from "../spec/mcp-commands.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

/** `mcp add`: writes one server into the configuration. */
export async function run(
  { flags, args }: CommandInput<typeof mcpAddFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [id = ""] = args;
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) {
    throw new UsageError(`the id ${JSON.stringify(id)} may have small letters, digits, _ and -, at most 64`);
  }
  if (Object.hasOwn(await configuredServers(context), id)) {
    throw new CliError(`There is an MCP server named ${id} already. Remove it first: openclaw mcp remove ${id}`);
  }
  const server = serverOf(flags);
  try {
    await editConfig(context, (store) => store.set(`mcp.servers.${id}`, server));
  } catch (error) {
    throw asCliError(error);
  }
  context.print(`Added the MCP server ${id}. Try it: ${context.hint(`openclaw mcp test ${id}`)}`);
  context.print("Restart the gateway to apply.");
}

function serverOf({ command, arg, env, cwd, url, header }: CommandInput<typeof mcpAddFlags>["flags"]): object {
  if ((command === undefined) === (url === undefined)) {
    throw new UsageError("either --command or --url is needed, and not both");
  }
  if (command === undefined) {
    if (arg !== undefined || env !== undefined || cwd !== undefined) {
      throw new UsageError("--arg, --env and --cwd belong to --command");
    }
    return { url, ...(header === undefined ? {} : { headers: pairs(header, "--header") }) };
  }
  if (header !== undefined) throw new UsageError("--header belongs to --url");
  return {
    command,
    ...(arg === undefined ? {} : { args: arg.split("\n") }),
    ...(env === undefined ? {} : { env: pairs(env, "--env") }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}

function pairs(text: string, flag: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").map((pair) => {
      const at = pair.indexOf("=");
      // The value may be a secret, and is not repeated.
      if (at < 1) throw new UsageError(`${flag} needs the form NAME=VALUE`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1)];
    }),
  );
}
