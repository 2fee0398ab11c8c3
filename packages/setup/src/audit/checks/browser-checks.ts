import { isLoopbackHost } from "@openclaw/net";
import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";

interface CdpAddress {
  /** Where it is configured. */
  place: string;
  text: string;
}

/** Addresses of browsers the agents may drive; none while the browser is switched off. */
function cdpAddresses({ config: { browser } }: AuditFacts): CdpAddress[] {
  if (!browser || browser.enabled === false) return [];
  const profiles = Object.entries(browser.profiles ?? {}).map(([name, { cdpUrl }]) => ({
    place: `browser.profiles.${name}.cdpUrl`,
    text: cdpUrl,
  }));
  return [{ place: "browser.cdpUrl", text: browser.cdpUrl }, ...profiles].flatMap(({ place, text }) =>
    text?.trim() ? [{ place, text: text.trim() }] : [],
  );
}

const usable = (text: string) => URL.canParse(text) && /^(?:https?|wss?):$/.test(new URL(text).protocol);

const invalidConfig: AuditCheck = {
  ids: ["browser.control_invalid_config"],
  run: (facts) =>
    cdpAddresses(facts)
      .filter(({ text }) => !usable(text))
      .map(({ place }) => ({
        checkId: "browser.control_invalid_config",
        severity: "warn",
        title: "An address of the browser cannot be read",
        detail: `${place} is no http(s) or ws(s) address.`,
        remediation: `Fix ${place}.`,
      })),
};

const remoteHttp: AuditCheck = {
  ids: ["browser.remote_cdp_http"],
  run: (facts) =>
    cdpAddresses(facts)
      .filter(({ text }) => usable(text) && /^(?:http|ws):$/.test(new URL(text).protocol))
      .filter(({ text }) => !isLoopbackHost(new URL(text).hostname))
      .map(({ place, text }) => ({
        checkId: "browser.remote_cdp_http",
        severity: "warn",
        title: "A browser of another machine is driven in clear text",
        detail: `${place} points at ${new URL(text).host} without TLS: who listens can take the browser over.`,
        remediation: "Use https/wss, or a tunnel to a loopback port.",
      })),
};

/** How the agents' browser is reached. */
export const browserChecks: readonly AuditCheck[] = [invalidConfig, remoteHttp];
