import { isForbiddenVariable } from "@openclaw/approvals";

/** What opens the Gateway to whoever has it. */
const secrets = new Set([
  "OPENCLAW_GATEWAY_TOKEN",
  "OPENCLAW_GATEWAY_PASSWORD",
  "CLAWDBOT_GATEWAY_TOKEN",
  "CLAWDBOT_GATEWAY_PASSWORD",
]);
/** Refused beside those that load foreign code everywhere. */
const refused = new Set(["PERL5OPT", "RUBYOPT"]);

export interface RunEnvironment {
  env: NodeJS.ProcessEnv;
  /** Names of the variables that were asked for and taken over. */
  taken: string[];
}

/**
 * The environment of a command: that of this machine without the Gateway's secrets, and what was asked for beside it.
 * Variables that make programs load foreign code are left out; `PATH` counts when it only puts folders in front.
 */
export function runEnvironment(base: NodeJS.ProcessEnv, requested: Readonly<Record<string, string>>): RunEnvironment {
  const kept = Object.entries(base).filter(([name]) => !secrets.has(name.toUpperCase()));
  const taken = Object.entries(requested).filter(([name, value]) => {
    const upper = name.toUpperCase();
    if (upper === "PATH") return base.PATH !== undefined && value.endsWith(`:${base.PATH}`);
    return (
      name !== "" && !/[=\0]/.test(name) && !refused.has(upper) && !secrets.has(upper) && !isForbiddenVariable(name)
    );
  });
  return { env: Object.fromEntries([...kept, ...taken]), taken: taken.map(([name]) => name) };
}
