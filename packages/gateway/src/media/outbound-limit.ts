import type { OpenClawConfig } from "@openclaw/config";
import type { MediaKind } from "@openclaw/media";
import { z } from "zod";

const limit = z.object({ mediaMaxMb: z.number().positive().optional().catch(undefined) });
const section = limit.extend({ accounts: z.record(z.string(), z.unknown()).optional().catch(undefined) });
/** Pictures for WhatsApp, where the configuration says nothing, in MB. */
const whatsappPictureMb = 5;

/** The largest file that is sent to a chat, in bytes; undefined where only its kind sets a limit. */
export function outboundLimit(
  config: OpenClawConfig,
  place: { channel: string; accountId: string; kind: MediaKind },
): number | undefined {
  const sections: Readonly<Record<string, unknown>> = config.channels ?? {};
  const own = section.safeParse(sections[place.channel]).data;
  const account = limit.safeParse(own?.accounts?.[place.accountId]).data;
  const configured = account?.mediaMaxMb ?? own?.mediaMaxMb;
  if (configured !== undefined) return Math.round(configured * 1024 * 1024);
  if (place.channel !== "whatsapp" || place.kind !== "image") return undefined;
  return Math.round((config.agents?.defaults?.mediaMaxMb ?? whatsappPictureMb) * 1024 * 1024);
}
