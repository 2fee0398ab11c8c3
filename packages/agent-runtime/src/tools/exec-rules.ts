import {
  type ExecAsk,
  type ExecHost,
  type ExecSecurity,
  execAsks,
  execHosts,
  execSecurities,
} from "@openclaw/approvals";
import { ToolFailure } from "./tool-failure.ts";

/** Where a command may run and when a person is asked, as a configuration, a session or a call says it. */
export interface ExecRules {
  host?: ExecHost;
  security?: ExecSecurity;
  ask?: ExecAsk;
}

/** Reads a value the model gave; anything unknown is an error, never a looser rule. */
export function readExecRules(params: Record<string, unknown>): ExecRules {
  return {
    ...oneOf(params, "host", execHosts),
    ...oneOf(params, "security", execSecurities),
    ...oneOf(params, "ask", execAsks),
  };
}

function oneOf<K extends string, V extends string>(
  params: Record<string, unknown>,
  key: K,
  values: readonly V[],
): { [P in K]?: V } {
  const value = params[key];
  if (value === undefined || value === "") return {};
  const known = values.find((candidate) => candidate === value);
  if (known === undefined) throw new ToolFailure(`${key} must be one of: ${values.join(", ")}`);
  const read: { [P in K]?: V } = {};
  read[key] = known;
  return read;
}
