import path from "node:path";
import { ConfigError } from "./config-error.ts";
import { readVariable } from "./environment.ts";

const namePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

/** The port a `--dev` instance listens on unless `OPENCLAW_GATEWAY_PORT` says otherwise. */
export const devGatewayPort = 19001;

/** Whether a text can be a profile name (letters, digits, `_`, `-`; at most 64). */
export function isProfileName(name: string): boolean {
  return namePattern.test(name);
}

export interface ProfileFlags {
  /** The profile the flags chose; `dev` for `--dev`. */
  profile?: string;
  dev: boolean;
  /** The arguments without these flags. */
  rest: string[];
}

/**
 * Takes `--profile <name>`, `--profile=<name>` and `--dev` off a command line. They count only before the first argument
 * that is not a flag, so that `agent --dev` can mean something else.
 * @throws ConfigError `invalid-profile`; the CLI prints the message and exits with code 2.
 */
export function parseProfileFlags(argv: readonly string[]): ProfileFlags {
  const rest: string[] = [];
  let profile: string | undefined;
  let dev = false;
  let index = 0;
  for (; index < argv.length; index++) {
    const argument = argv[index]!;
    if (argument === "--" || !argument.startsWith("-")) break;
    if (argument === "--dev") {
      dev = true;
    } else if (argument === "--profile" || argument.startsWith("--profile=")) {
      const next = argv[index + 1];
      const inline = argument.startsWith("--profile=");
      const value = inline ? argument.slice("--profile=".length) : next?.startsWith("-") ? undefined : next;
      if (!value?.trim()) throw new ConfigError("invalid-profile", "[openclaw] --profile requires a value");
      if (!inline) index++;
      profile = value.trim();
    } else {
      rest.push(argument);
    }
  }
  rest.push(...argv.slice(index));
  if (dev && profile !== undefined) {
    throw new ConfigError("invalid-profile", "[openclaw] Cannot combine --dev with --profile");
  }
  if (profile !== undefined && !isProfileName(profile)) {
    throw new ConfigError("invalid-profile", '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)');
  }
  return dev ? { profile: "dev", dev, rest } : { ...(profile !== undefined && { profile }), dev, rest };
}

/**
 * Writes a chosen profile into an environment, for child processes: profile name, state directory, config path and, for
 * `--dev`, the port. What is already set stays.
 * @returns the names that were set
 */
export function exportProfile(
  env: NodeJS.ProcessEnv,
  flags: { profile?: string; dev?: boolean },
  paths: { stateDir: string },
): string[] {
  if (flags.profile === undefined) return [];
  const set: string[] = ["OPENCLAW_PROFILE"];
  env.OPENCLAW_PROFILE = flags.profile;
  const fill = (name: string, value: string) => {
    if (readVariable(env, name)) return;
    env[name] = value;
    set.push(name);
  };
  fill("OPENCLAW_STATE_DIR", paths.stateDir);
  fill("OPENCLAW_CONFIG_PATH", path.join(paths.stateDir, "openclaw.json"));
  if (flags.dev) fill("OPENCLAW_GATEWAY_PORT", String(devGatewayPort));
  return set;
}
