import { z } from "zod";
import { defaultMaxBytes } from "./media-store.ts";

/** What is taken in by channel where the configuration says nothing, in MB. */
const inboundMb: Readonly<Record<string, number>> = {
  whatsapp: 50,
  telegram: 5,
  discord: 8,
  slack: 20,
  googlechat: 20,
  signal: 8,
  imessage: 16,
  bluebubbles: 8,
  line: 10,
  feishu: 30,
  zalo: 5,
};

const limit = z.object({ mediaMaxMb: z.number().positive().optional().catch(undefined) });
const section = limit.extend({ accounts: z.record(z.string(), z.unknown()).optional().catch(undefined) });

/** The largest file a channel may bring in, in bytes: as its account says, else its channel, else its usual limit. */
export function inboundMaxBytes(
  channels: Readonly<Record<string, unknown>> | undefined,
  channel: string,
  accountId?: string,
): number {
  const own = section.safeParse(channels?.[channel]).data;
  const account = limit.safeParse(own?.accounts?.[accountId ?? ""]).data;
  const configured = account?.mediaMaxMb ?? own?.mediaMaxMb;
  if (configured !== undefined) return Math.round(configured * 1024 * 1024);
  return (Object.hasOwn(inboundMb, channel) ? (inboundMb[channel] ?? 5) * 1024 * 1024 : undefined) ?? defaultMaxBytes;
}
