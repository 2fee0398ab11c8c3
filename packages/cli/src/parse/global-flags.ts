import { ConfigError, parseProfileFlags } from "@openclaw/config/paths";
import { CliError } from "../run/cli-error.ts";

/** What stands before the first word of a command line. */
export interface GlobalFlags {
  profile: string | undefined;
  /** `--dev`: profile `dev` and its port. */
  dev: boolean;
  noColor: boolean;
  version: boolean;
  help: boolean;
  /** The line without these flags. */
  rest: string[];
}

const versionFlags = new Set(["--version", "-V", "-v"]);
const helpFlags = new Set(["--help", "-h"]);

/**
 * Takes the global flags off a command line. They count only before the first word that is not a flag: after it they
 * belong to the command.
 * @throws CliError with exit code 2 for profile flags that cannot be used
 */
export function parseGlobalFlags(argv: readonly string[]): GlobalFlags {
  let line: ReturnType<typeof parseProfileFlags>;
  try {
    line = parseProfileFlags(argv);
  } catch (error) {
    if (error instanceof ConfigError)
      throw new CliError(error.message, { code: error.code, exitCode: 2, cause: error });
    throw error;
  }
  const flags: GlobalFlags = {
    profile: line.profile,
    dev: line.dev,
    noColor: false,
    version: false,
    help: false,
    rest: [],
  };
  let index = 0;
  for (; index < line.rest.length; index++) {
    const token = line.rest[index]!;
    if (token === "--no-color") flags.noColor = true;
    else if (versionFlags.has(token)) flags.version = true;
    else if (helpFlags.has(token)) flags.help = true;
    else break;
  }
  // Older than the command: `--update` in front is the command of that name.
  const rest = line.rest.slice(index);
  flags.rest.push(...(rest[0] === "--update" ? ["update", ...rest.slice(1)] : rest));
  return flags;
}
