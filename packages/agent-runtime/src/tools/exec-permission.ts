import { ToolFailure } from "./tool-failure.ts";

export type ExecHost = "sandbox" | "gateway" | "node";
export type ExecSecurity = "deny" | "allowlist" | "full";
export type ExecAsk = "off" | "on-miss" | "always";

const securityOrder: readonly ExecSecurity[] = ["deny", "allowlist", "full"];
const askOrder: readonly ExecAsk[] = ["off", "on-miss", "always"];

export interface ExecRules {
  host?: ExecHost;
  security?: ExecSecurity;
  ask?: ExecAsk;
}

/**
 * Decides whether a command may run, and throws the text for the model when it may not. The model's own wishes can
 * only tighten what is configured. With host `sandbox` in a session that has no sandbox, commands run directly, unless
 * `security: deny` says otherwise.
 */
export function checkExecPermission(configured: ExecRules, requested: ExecRules): void {
  const host = configured.host ?? "sandbox";
  if (requested.host !== undefined && requested.host !== host) {
    throw new ToolFailure(
      `exec host not allowed (requested ${requested.host}; configure tools.exec.host=${host} to allow).`,
    );
  }
  if (host === "node") {
    throw new ToolFailure(
      "exec host=node needs a paired node, which this build does not support. Set tools.exec.host to sandbox or gateway.",
    );
  }
  if (host === "sandbox") {
    if (configured.security === "deny" || requested.security === "deny") {
      throw new ToolFailure("exec denied: host=sandbox security=deny");
    }
    return;
  }
  const security = stricter(securityOrder, configured.security ?? "allowlist", requested.security, "lower");
  const ask = stricter(askOrder, configured.ask ?? "on-miss", requested.ask, "higher");
  if (security === "deny") throw new ToolFailure("exec denied: host=gateway security=deny");
  if (security === "allowlist" && ask === "off") throw new ToolFailure("exec denied: allowlist miss");
  if (security === "allowlist" || ask === "always") {
    throw new ToolFailure(
      `exec denied: this command needs an approval (security=${security}, ask=${ask}), and approvals are not available ` +
        "in this build. Set tools.exec.security to full and tools.exec.ask to off or on-miss to run commands without them.",
    );
  }
}

/** Reads a value the model gave; anything unknown is an error, never a looser rule. */
export function readExecRules(params: Record<string, unknown>): ExecRules {
  return {
    ...oneOf(params, "host", ["sandbox", "gateway", "node"]),
    ...oneOf(params, "security", securityOrder),
    ...oneOf(params, "ask", askOrder),
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

function stricter<V>(order: readonly V[], configured: V, requested: V | undefined, strict: "lower" | "higher"): V {
  if (requested === undefined) return configured;
  const lower = order.indexOf(requested) < order.indexOf(configured);
  return lower === (strict === "lower") ? requested : configured;
}
