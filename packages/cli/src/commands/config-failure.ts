import { ConfigError } from "@openclaw/config/paths";
import { CliError } from "../run/cli-error.ts";

/** Words a failure of the configuration for the terminal; anything else stays what it is. */
export function asCliError(error: unknown): unknown {
  if (!(error instanceof ConfigError)) return error;
  const text = error.code === "path-not-found" ? error.message : `Error: ${error.message}`;
  return new CliError(text, { code: error.code, cause: error });
}
