import type { Channel, ChannelLog } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { ForeignPart } from "./foreign-parts.ts";

const started = z.object({ message: z.string().catch(""), qrDataUrl: z.string().optional().catch(undefined) });
const waited = z.object({ connected: z.boolean().catch(false), message: z.string().catch("") });
const ended = z.object({
  cleared: z.boolean().catch(false),
  loggedOut: z.boolean().optional().catch(undefined),
  envToken: z.boolean().optional().catch(undefined),
});

/** How accounts of a channel of the reference release are linked, and how that is forgotten. */
export function adaptLogin(
  id: string,
  part: (name: string) => ForeignPart,
  config: () => Readonly<Record<string, unknown>>,
): Pick<Channel, "qrLogin" | "terminalLogin" | "logout"> {
  const gateway = part("gateway");
  const auth = part("auth");
  return {
    ...(gateway.has("loginWithQrStart") && gateway.has("loginWithQrWait")
      ? {
          qrLogin: {
            start: async (asked) =>
              started.parse((await gateway.call("loginWithQrStart", { ...asked, verbose: false })) ?? {}),
            wait: async (asked) => waited.parse((await gateway.call("loginWithQrWait", asked)) ?? {}),
          },
        }
      : {}),
    ...(auth.has("login")
      ? {
          async terminalLogin({ accountId, verbose, log }) {
            await auth.call("login", {
              cfg: config(),
              accountId,
              runtime: foreignRuntime(id, log),
              verbose,
              channelInput: id,
            });
          },
        }
      : {}),
    ...(gateway.has("logoutAccount")
      ? {
          async logout({ accountId, account, log }) {
            const runtime = foreignRuntime(id, log);
            const {
              cleared,
              loggedOut = cleared,
              envToken,
            } = ended.parse(
              (await gateway.call("logoutAccount", { cfg: config(), accountId, account, runtime, log })) ?? {},
            );
            return { cleared, loggedOut, ...(envToken === undefined ? {} : { envToken }) };
          },
        }
      : {}),
  };
}

/** Where a channel of the reference release writes; it cannot end the process. */
export function foreignRuntime(id: string, log: Pick<ChannelLog, "info" | "error">) {
  return {
    log: (...words: unknown[]) => log.info(words.map(String).join(" ")),
    error: (...words: unknown[]) => log.error(words.map(String).join(" ")),
    exit: (code: number): never => {
      throw new Error(`channel ${id} wants to end the process with code ${code}`);
    },
  };
}
