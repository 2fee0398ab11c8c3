import { execFile } from "node:child_process";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import { z } from "zod";

export type ExposureMode = "serve" | "funnel";

/** The `tailscale` program of this machine. */
export interface Tailscale {
  /** The login of the user behind a tailnet address; undefined when Tailscale does not know one. */
  whois(address: string): Promise<string | undefined>;
  /** Puts the port on the tailnet (serve) or on the internet (funnel). @throws Error with what the program said */
  expose(mode: ExposureMode, port: number): Promise<void>;
  /** Takes it off again. @throws Error with what the program said */
  withdraw(mode: ExposureMode, port: number): Promise<void>;
  /** Name and addresses of this machine in its tailnet; undefined when it is in none. */
  self(): Promise<TailnetSelf | undefined>;
  /** IPv4 addresses of the machines of the tailnet that are there now, this one first. */
  peers(): Promise<readonly string[]>;
}

export interface TailnetSelf {
  /** Without the dot at the end. */
  dnsName: string | undefined;
  addresses: readonly string[];
}

const whoisMs = 5000;
const exposeMs = 15_000;
const keepKnownMs = 60_000;
const keepFailureMs = 5000;
const mostKept = 1000;

const whoisAnswer = z.looseObject({ UserProfile: z.looseObject({ LoginName: z.string() }) });
const statusAnswer = z.looseObject({
  Self: z.looseObject({ DNSName: z.string().optional(), TailscaleIPs: z.array(z.string()).nullish() }).optional(),
  Peer: z
    .record(z.string(), z.looseObject({ Online: z.boolean().optional(), TailscaleIPs: z.array(z.string()).nullish() }))
    .nullish(),
});

export function createTailscale(options: { env: NodeJS.ProcessEnv; clock: Clock; log: Logger }): Tailscale {
  const { env, clock, log } = options;
  const known = new Map<string, { until: number; login: Promise<string | undefined> }>();

  const run = (command: string, args: readonly string[], timeout: number): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile(command, args, { env, timeout, maxBuffer: 4 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = stderr.trim().split("\n").at(-1);
        reject(new Error(said || error.message, { cause: error }));
      });
    });

  const asked = async (address: string): Promise<string | undefined> => {
    try {
      const answer = whoisAnswer.safeParse(JSON.parse(await run("tailscale", ["whois", "--json", address], whoisMs)));
      return answer.data?.UserProfile.LoginName;
    } catch (error) {
      log.warn(`tailscale whois failed for ${address}`, { error: String(error) });
      return undefined;
    }
  };

  /** As the user first; with the rights of the system when Tailscale asks for them and nobody has to type a password. */
  const permitted = async (args: readonly string[]): Promise<void> => {
    try {
      await run("tailscale", args, exposeMs);
    } catch (error) {
      if (!(error instanceof Error) || !/permission|denied|access|sudo|root|operator/i.test(error.message)) throw error;
      await run("sudo", ["-n", "tailscale", ...args], exposeMs);
    }
  };

  const status = async () => {
    try {
      return statusAnswer.safeParse(JSON.parse(await run("tailscale", ["status", "--json"], whoisMs))).data;
    } catch {
      return undefined; // No Tailscale on this machine, or it does not run: this machine is in no tailnet.
    }
  };

  return {
    whois(address) {
      const now = clock.now();
      const before = known.get(address);
      if (before && before.until > now) return before.login;
      const entry = { until: now + whoisMs + keepFailureMs, login: asked(address) };
      if (known.size >= mostKept) known.delete(known.keys().next().value ?? "");
      known.set(address, entry);
      void entry.login.then((login) => {
        entry.until = clock.now() + (login === undefined ? keepFailureMs : keepKnownMs);
      });
      return entry.login;
    },
    expose: (mode, port) => permitted([mode, "--bg", "--yes", String(port)]),
    withdraw: (mode, port) => permitted([mode, "--bg", "--yes", String(port), "off"]),
    async self() {
      const self = (await status())?.Self;
      if (self === undefined) return undefined;
      return { dnsName: self.DNSName?.replace(/\.$/, "") || undefined, addresses: self.TailscaleIPs ?? [] };
    },
    async peers() {
      const answer = await status();
      const there = Object.values(answer?.Peer ?? {}).filter(({ Online }) => Online !== false);
      const machines = [...(answer?.Self ? [answer.Self] : []), ...there];
      return machines.flatMap(({ TailscaleIPs }) => TailscaleIPs ?? []).filter((address) => !address.includes(":"));
    },
  };
}
