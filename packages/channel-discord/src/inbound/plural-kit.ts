import type { ChannelLog, InboundSender } from "@openclaw/plugin-sdk";
import { z } from "zod";

const address = "https://api.pluralkit.me/v2/messages/";
const timeoutMs = 5000;

const wireProxied = z.object({
  id: z.string(),
  original: z.string().nullish(),
  sender: z.string().nullish(),
  member: z.object({ id: z.string(), name: z.string(), display_name: z.string().nullish() }).nullish(),
  system: z.object({ id: z.string(), name: z.string().nullish() }).nullish(),
});

/** What PluralKit knows of a message. */
export type Proxied =
  /** It was sent again in somebody's name: this one is about to be deleted. */
  { kind: "original" } | { kind: "proxied"; sender: InboundSender };

/**
 * Asks PluralKit who really wrote a message; undefined when it has nothing to do with it. A PluralKit that does not answer
 * is no reason to lose a message.
 */
export async function lookUpProxied(
  messageId: string,
  options: { token: string | undefined; fetch: typeof fetch; signal: AbortSignal; log: ChannelLog },
): Promise<Proxied | undefined> {
  try {
    const response = await options.fetch(`${address}${messageId}`, {
      headers: options.token === undefined ? {} : { authorization: options.token },
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return toProxied(wireProxied.parse(await response.json()), messageId);
  } catch (error) {
    options.log.warn(
      `PluralKit did not say who wrote message ${messageId}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

function toProxied(
  { id, original, sender, member, system }: z.output<typeof wireProxied>,
  asked: string,
): Proxied | undefined {
  if (original === asked && id !== asked) return { kind: "original" };
  if (!member) return undefined;
  const name = member.display_name ?? member.name;
  const label = system?.name ? `${name} (PK:${system.name})` : `${name} (PK)`;
  return {
    kind: "proxied",
    sender: {
      id: member.id,
      name,
      label,
      tag: member.name,
      // Lists may name the member, the system, or the Discord account behind both.
      aliases: [system?.id, sender].flatMap((id) => (id ? [id] : [])),
    },
  };
}
