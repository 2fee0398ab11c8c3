import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** How the Bot API is reached. */
export interface NetworkOptions {
  apiRoot: string;
  /** `http:`, `https:`, `socks5:`, … address of a proxy. */
  proxy?: string | undefined;
  autoSelectFamily?: boolean | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

export type ConnectionAgent = HttpAgent | HttpsAgent;

/**
 * The agent all connections of an account share: API calls and downloads of files.
 * @throws Error for a proxy address that cannot be used
 */
export async function createAgent(options: NetworkOptions): Promise<ConnectionAgent> {
  const autoSelectFamily = selectsFamily(options);
  if (options.proxy !== undefined && options.proxy.trim() !== "") return proxyAgent(options.proxy.trim());
  // Not the library's own agents: those are shared by all accounts of a process and never closed.
  const keep = { keepAlive: true, autoSelectFamily };
  return options.apiRoot.startsWith("https:") ? new HttpsAgent(keep) : new HttpAgent(keep);
}

/** Node's race of IPv4 against IPv6 fails on many hosts with half a network, so that it has to be asked for. */
export function selectsFamily({ autoSelectFamily = false, env }: Pick<NetworkOptions, "autoSelectFamily" | "env">) {
  if (isOn(env.OPENCLAW_TELEGRAM_DISABLE_AUTO_SELECT_FAMILY)) return false;
  if (isOn(env.OPENCLAW_TELEGRAM_ENABLE_AUTO_SELECT_FAMILY)) return true;
  return autoSelectFamily;
}

async function proxyAgent(proxy: string): Promise<ConnectionAgent> {
  const address = URL.parse(proxy);
  if (address === null) throw new Error("channels.telegram.proxy is not an address");
  if (/^socks(4a?|5h?)?:$/.test(address.protocol)) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return new SocksProxyAgent(address, { keepAlive: true });
  }
  if (address.protocol === "http:" || address.protocol === "https:") {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(address, { keepAlive: true });
  }
  throw new Error(
    `channels.telegram.proxy has to begin with http://, https:// or socks5://, not ${address.protocol}//`,
  );
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes|on)$/i.test(value.trim());
}
