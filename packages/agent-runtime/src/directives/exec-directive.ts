import type { ExecAsk, ExecHost, ExecSecurity } from "@openclaw/approvals";

/** What `/exec …` says about commands. */
export interface ExecChange {
  host?: ExecHost;
  security?: ExecSecurity;
  ask?: ExecAsk;
  node?: string;
}

const hosts: readonly ExecHost[] = ["sandbox", "gateway", "node"];
const securities: readonly ExecSecurity[] = ["deny", "allowlist", "full"];
const asks: readonly ExecAsk[] = ["off", "on-miss", "always"];

/** One argument of `/exec`: what it changes, or the text for the user when it is wrong. Undefined for other words. */
export function readExecArgument(token: string): ExecChange | { problem: string } | undefined {
  const option = /^(host|security|ask|node)[:=](.*)$/is.exec(token);
  if (!option) return undefined;
  const value = option[2] ?? "";
  const word = value.toLowerCase();
  switch (option[1]?.toLowerCase()) {
    case "host": {
      const host = hosts.find((known) => known === word);
      return host ? { host } : { problem: `Unrecognized exec host "${value}". Valid hosts: sandbox, gateway, node.` };
    }
    case "security": {
      const security = securities.find((known) => known === word);
      return security
        ? { security }
        : { problem: `Unrecognized exec security "${value}". Valid: deny, allowlist, full.` };
    }
    case "ask": {
      const ask = asks.find((known) => known === word);
      return ask ? { ask } : { problem: `Unrecognized exec ask "${value}". Valid: off, on-miss, always.` };
    }
    default:
      return value === "" ? { problem: "Exec node requires a value." } : { node: value };
  }
}

export function unknownExecOption(word: string): string {
  return `Unrecognized exec option "${word}". Valid: host, security, ask, node (e.g. host=gateway).`;
}
