import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { zoneFileName } from "@openclaw/gateway/discovery";
import { CliError } from "../run/cli-error.ts";

export interface CoreDnsOptions {
  /** With a dot at the end. */
  domain: string;
  /** Addresses to answer on. */
  addresses: readonly string[];
  zoneFile: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Seconds since the epoch decide about the serial of a first zone. */
  now: number;
}

/** The server block for a domain: its zone, read anew every ten seconds. */
export function serverBlock({ domain, addresses, zoneFile }: CoreDnsOptions): string {
  return [
    `${domain}:53 {`,
    `  bind ${addresses.join(" ")}`,
    `  file ${zoneFile} {`,
    "    reload 10s",
    "  }",
    "  errors",
    "}",
    "",
  ].join("\n");
}

/**
 * Installs CoreDNS with Homebrew and lets it serve the zone. Of what is there already, only the own block is written anew.
 * @returns what was done, for people
 * @throws CliError when this is no Mac, or there is no tailnet
 */
export async function applyCoreDns(options: CoreDnsOptions): Promise<string[]> {
  if (options.platform !== "darwin") throw new CliError("dns setup is currently supported on macOS only");
  if (options.addresses.length === 0) {
    throw new CliError("no tailnet IP detected; ensure Tailscale is running on this machine");
  }
  const run = (command: string, ...args: string[]) =>
    promisify(execFile)(command, args, { env: options.env, timeout: 10 * 60_000 });
  const done: string[] = [];
  const prefix = (await run("brew", "--prefix")).stdout.trim();
  const installed = await run("brew", "list", "--formula", "coredns").then(
    () => true,
    () => false,
  );
  if (!installed) {
    await run("brew", "install", "coredns");
    done.push("CoreDNS installed");
  }
  const home = path.join(prefix, "etc", "coredns");
  await fs.mkdir(path.join(home, "conf.d"), { recursive: true });
  const main = path.join(home, "Corefile");
  const corefile = await fs.readFile(main, "utf8").catch(() => "");
  const line = `import ${path.join(home, "conf.d", "*.server")}`;
  if (!/^\s*import\s+\S*conf\.d\/\*\.server\s*$/m.test(corefile)) {
    await fs.writeFile(main, `${corefile}${corefile === "" || corefile.endsWith("\n") ? "" : "\n"}${line}\n`);
    done.push(`${main}: conf.d is imported`);
  }
  const block = path.join(home, "conf.d", zoneFileName(options.domain).replace(/\.db$/, ".server"));
  await fs.writeFile(block, serverBlock(options));
  done.push(`${block} written`);
  if (!(await exists(options.zoneFile))) {
    await fs.mkdir(path.dirname(options.zoneFile), { recursive: true, mode: 0o700 });
    await fs.writeFile(options.zoneFile, firstZone(options), { mode: 0o600 });
    done.push(`${options.zoneFile} written`);
  }
  await run("sudo", "brew", "services", "restart", "coredns");
  done.push("CoreDNS restarted");
  return done;
}

/** A zone without a Gateway; the Gateway writes its own over it. */
function firstZone({ domain, addresses, now }: CoreDnsOptions): string {
  const serial = `${new Date(now).toISOString().slice(0, 10).replaceAll("-", "")}01`;
  const ipv4 = addresses.find((address) => !address.includes(":"));
  return [
    `$ORIGIN ${domain}`,
    "$TTL 60",
    `@ IN SOA ns1 hostmaster ${serial} 7200 3600 1209600 60`,
    "@ IN NS ns1",
    ...(ipv4 === undefined ? [] : [`ns1 IN A ${ipv4}`]),
    "",
  ].join("\n");
}

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
