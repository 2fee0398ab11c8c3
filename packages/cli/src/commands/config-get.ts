import { parseConfigPath } from "@openclaw/config";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { configGetFlags } from "../spec/config-commands.ts";
import { asCliError } from "./config-failure.ts";

/** `config get`: prints a value as it is stored or defaulted, secrets included. */
export async function run(
  { flags, args }: CommandInput<typeof configGetFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [path = ""] = args;
  const { config } = await context.config();
  let found: unknown = config;
  for (const segment of parsePath(path)) {
    const holder = typeof found === "object" && found !== null ? found : undefined;
    if (!holder || !Object.hasOwn(holder, segment))
      throw new CliError(`Config path not found: ${path}`, { code: "path-not-found" });
    found = Reflect.get(holder, segment);
  }
  if (found === undefined) throw new CliError(`Config path not found: ${path}`, { code: "path-not-found" });
  if (flags.json || (typeof found === "object" && found !== null)) context.printJson(found);
  else context.print(String(found));
}

function parsePath(path: string): (string | number)[] {
  try {
    return parseConfigPath(path);
  } catch (error) {
    throw asCliError(error);
  }
}
