import type { OpenClawConfig } from "@openclaw/config";
import { zoneDomain } from "@openclaw/gateway/discovery";

/** The wide-area domain, with a dot at the end. */
export function wideAreaDomain(config: OpenClawConfig, env: NodeJS.ProcessEnv, given?: string): string | undefined {
  const text = given?.trim() || config.discovery?.wideArea?.domain?.trim() || env.OPENCLAW_WIDE_AREA_DOMAIN?.trim();
  return text ? zoneDomain(text) : undefined;
}
