import os from "node:os";
import path from "node:path";
import { tailnetAddresses, zoneFileName } from "@openclaw/gateway/discovery";
import { applyCoreDns, serverBlock } from "../discovery/coredns.ts";
import { wideAreaDomain } from "../discovery/domains.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { dnsSetupFlags } from "../spec/dns-commands.ts";
import { renderTable } from "../terminal/table.ts";

/** `dns setup`: what makes Gateways findable in a tailnet, shown or carried out. */
export async function run({ flags }: CommandInput<typeof dnsSetupFlags>, context: CommandContext): Promise<number> {
  const { config } = await context.config();
  const { env, paths, style } = context;
  const domain = wideAreaDomain(config, env, flags.domain);
  if (domain === undefined) {
    throw new CliError("No wide-area domain configured. Set discovery.wideArea.domain or pass --domain.");
  }
  const { ipv4, ipv6 } = tailnetAddresses(os.networkInterfaces());
  const addresses = [ipv4, ipv6].filter((address) => address !== undefined);
  const zoneFile = path.join(paths.stateDir, "dns", zoneFileName(domain));
  const options = { domain, addresses, zoneFile, env, platform: process.platform, now: context.now() };
  context.print(style.heading("DNS setup"));
  const rows = [
    ["Domain", domain],
    ["Zone file", context.shorten(zoneFile)],
    ["Tailnet IP", ipv4 === undefined ? "none found" : [ipv4, ipv6].filter(Boolean).join(", ")],
  ];
  context.print(
    renderTable([{ title: "Key" }, { title: "Value", flexible: true }], rows, { width: context.stdout.columns, style }),
  );
  context.print("");
  context.print("CoreDNS:");
  const shown = { ...options, addresses: addresses.length > 0 ? addresses : ["<tailnet address>"] };
  for (const line of serverBlock(shown).trimEnd().split("\n")) context.print(`  ${line}`);
  context.print("");
  context.print("Recommended config:");
  const wanted = { gateway: { bind: "auto" }, discovery: { wideArea: { enabled: true, domain } } };
  for (const line of JSON.stringify(wanted, null, 2).split("\n")) context.print(`  ${line}`);
  context.print("");
  context.print("Tailscale admin console, DNS:");
  context.print(`- Nameserver: ${ipv4 ?? "the tailnet address of this machine"}`);
  context.print(`- Restrict to domain (split DNS): ${domain.replace(/\.$/, "")}`);
  if (!flags.apply) return 0;
  context.print("");
  for (const line of await applyCoreDns(options)) context.print(`- ${line}`);
  if (config.discovery?.wideArea?.enabled !== true) {
    context.print("Note: discovery.wideArea.enabled is still off; the Gateway writes its zone only when it is on.");
  }
  return 0;
}
