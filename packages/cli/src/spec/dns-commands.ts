import { defineCommand, type FlagSpecs } from "./command-spec.ts";

export const dnsSetupFlags = {
  domain: { type: "string", value: "domain", summary: "discovery domain", defaultText: "discovery.wideArea.domain" },
  apply: { type: "boolean", summary: "write the configuration instead of printing it" },
} as const satisfies FlagSpecs;

export const dnsCommands = [
  defineCommand({
    id: "dns setup",
    summary: "Show or apply CoreDNS settings for discovery",
    flags: dnsSetupFlags,
    args: [],
    docs: "/cli/dns",
    config: "any",
    load: () => import("../commands/dns-setup.ts"),
  }),
] as const;
