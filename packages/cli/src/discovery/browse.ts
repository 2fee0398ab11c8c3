import { spawn } from "node:child_process";
import { serviceType } from "@openclaw/gateway/discovery";

/** A Gateway that was found in the network. What it says of itself is a hint, and proves nothing. */
export interface FoundGateway {
  instanceName: string;
  domain: string;
  host?: string;
  port?: number;
  displayName?: string;
  lanHost?: string;
  tailnetDns?: string;
  gatewayPort?: number;
  canvasPort?: number;
  sshPort?: number;
  gatewayTls?: boolean;
  gatewayTlsFingerprintSha256?: string;
  cliPath?: string;
  role?: string;
  transport?: string;
  wsUrl: string;
}

export interface BrowseOptions {
  /** `local.` and wide-area domains. */
  domains: readonly string[];
  timeoutMs: number;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/** Looks for Gateways with the tool the system has: `dns-sd` on macOS, `avahi-browse` elsewhere. None found is no error. */
export async function browseGateways(options: BrowseOptions): Promise<FoundGateway[]> {
  const found = await Promise.all(
    options.domains.map((domain) =>
      options.platform === "darwin" ? browseDnsSd(domain, options) : browseAvahi(domain, options),
    ),
  );
  return unique(found.flat());
}

/** Each Gateway once, whatever interfaces it was found on. */
export function unique(found: readonly FoundGateway[]): FoundGateway[] {
  const byPlace = new Map<string, FoundGateway>();
  for (const gateway of found) {
    const key = [gateway.domain, gateway.instanceName, gateway.host ?? "", gateway.port ?? ""].join("|");
    if (!byPlace.has(key)) byPlace.set(key, gateway);
  }
  return [...byPlace.values()];
}

/** What a program printed until it ended or the time was over. */
function output(command: string, args: readonly string[], { env, timeoutMs }: BrowseOptions): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const end = () => {
      clearTimeout(timer);
      resolve(text);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    child.once("error", end); // the tool is not installed
    child.once("close", end);
  });
}

async function browseAvahi(domain: string, options: BrowseOptions): Promise<FoundGateway[]> {
  const own = domain === "local." ? [] : ["-d", domain.replace(/\.$/, "")];
  const text = await output("avahi-browse", ["-rtp", ...own, serviceType], options);
  return text.split("\n").flatMap((line) => {
    // =;interface;protocol;name;type;domain;host;address;port;"key=value" …
    const [mark, , , name, , , host, , port, ...rest] = line.split(";");
    if (mark !== "=" || name === undefined) return [];
    const txt = [...rest.join(";").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, pair = ""]) => unescaped(pair));
    return [gatewayOf({ name: unescaped(name), domain, host, port: Number(port), txt })];
  });
}

/** `dns-sd` never ends by itself: half of the time is for the names, half for what is behind them. */
async function browseDnsSd(domain: string, options: BrowseOptions): Promise<FoundGateway[]> {
  const half = { ...options, timeoutMs: Math.max(250, options.timeoutMs / 2) };
  const listed = await output("dns-sd", ["-B", serviceType, domain], half);
  const names = new Set(
    listed.split("\n").flatMap((line) => {
      const match = /\sAdd\s+\S+\s+\S+\s+\S+\s+_openclaw-gw\._tcp\.\s+(.+?)\s*$/.exec(line);
      return match?.[1] === undefined ? [] : [match[1]];
    }),
  );
  return Promise.all(
    [...names].map(async (name) => {
      const resolved = await output("dns-sd", ["-L", name, serviceType, domain], half);
      const [, host, port] = /can be reached at (\S+?):(\d+)/.exec(resolved) ?? [];
      const line = resolved.split("\n").find((each) => /^\s*role=|\srole=/.test(each)) ?? "";
      const txt = [...line.matchAll(/((?:[^\s\\]|\\.)+)/g)].map(([pair = ""]) => unescaped(pair));
      return gatewayOf({ name, domain, host, port: Number(port), txt });
    }),
  );
}

/** What a service record says of a Gateway. */
export function gatewayOf(record: {
  name: string;
  domain: string;
  host?: string | undefined;
  port?: number | undefined;
  txt: readonly string[];
}): FoundGateway {
  const txt = new Map(
    record.txt.map((pair) => {
      const at = pair.indexOf("=");
      return at < 0 ? ([pair, ""] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
    }),
  );
  const text = (name: string) => txt.get(name)?.trim() || undefined;
  const port = (value: number | string | undefined) => {
    const number = Number(value);
    return Number.isInteger(number) && number > 0 && number <= 65_535 ? number : undefined;
  };
  const host = record.host?.replace(/\.$/, "") || undefined;
  const gatewayPort = port(text("gatewayPort"));
  const secure = text("gatewayTls") === "1";
  const place = text("tailnetDns") ?? text("lanHost") ?? host ?? "localhost";
  return {
    instanceName: record.name,
    domain: record.domain,
    host,
    port: port(record.port),
    displayName: text("displayName"),
    lanHost: text("lanHost"),
    tailnetDns: text("tailnetDns"),
    gatewayPort,
    canvasPort: port(text("canvasPort")),
    sshPort: port(text("sshPort")),
    gatewayTls: secure || undefined,
    gatewayTlsFingerprintSha256: text("gatewayTlsSha256"),
    cliPath: text("cliPath"),
    role: text("role"),
    transport: text("transport"),
    wsUrl: `${secure ? "wss" : "ws"}://${place}:${port(record.port) ?? gatewayPort ?? 18789}`,
  };
}

/** Both tools write bytes as `\DDD` and other marks behind a backslash. */
function unescaped(text: string): string {
  const bytes: number[] = [];
  for (const [, number, mark, plain] of text.matchAll(/\\(\d{3})|\\(.)|([^\\]+)/gs)) {
    if (number !== undefined) bytes.push(Number(number));
    else bytes.push(...Buffer.from(mark ?? plain ?? ""));
  }
  return Buffer.from(bytes).toString("utf8");
}
