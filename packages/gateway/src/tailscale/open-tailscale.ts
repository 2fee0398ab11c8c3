import type { IncomingMessage } from "node:http";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { GatewaySettings } from "../settings.ts";
import type { Tailscale } from "./tailscale.ts";

/** What a Gateway has of Tailscale. The program is asked, and what asks it loaded, only when something needs it. */
export interface GatewayTailscale {
  program(): Promise<Tailscale>;
  /** The user it confirms for a request; absent where that is no proof (`gateway.auth.allowTailscale`). */
  login: ((request: Pick<IncomingMessage, "headers" | "socket">) => Promise<string | undefined>) | undefined;
  /** Puts the Gateway's port on the tailnet when the configuration says so. A failure is a warning. */
  expose(port: number): Promise<void>;
  close(): Promise<void>;
}

export function openTailscale(options: {
  settings: GatewaySettings;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
}): GatewayTailscale {
  const { mode, resetOnExit } = options.settings.tailscale;
  const { log } = options;
  let loaded: Promise<Tailscale> | undefined;
  let exposed: Promise<number | undefined> | undefined;
  const program = () => {
    loaded ??= import("./tailscale.ts").then(({ createTailscale }) => createTailscale(options));
    return loaded;
  };
  const begin = async (port: number): Promise<number | undefined> => {
    if (mode === "off") return undefined;
    const tailscale = await program();
    try {
      await tailscale.expose(mode, port);
    } catch (error) {
      log.warn(`tailscale ${mode} could not be set up; the Gateway goes on without it`, { error: String(error) });
      return undefined;
    }
    const name = (await tailscale.self())?.dnsName;
    log.info(`tailscale ${mode} is on${name === undefined ? "" : `: https://${name}/`}`);
    return port;
  };
  return {
    program,
    login: options.settings.allowTailscale
      ? async (request) => (await import("./tailnet-identity.ts")).tailnetIdentity(request, program)
      : undefined,
    async expose(port) {
      exposed = begin(port);
      await exposed;
    },
    async close() {
      const port = await exposed;
      if (port === undefined || mode === "off" || !resetOnExit) return;
      try {
        await (await program()).withdraw(mode, port);
      } catch (error) {
        log.warn(`tailscale ${mode} could not be undone`, { error: String(error) });
      }
    },
  };
}
