import type { OpenClawConfig } from "@openclaw/config";

export type HooksConfig = NonNullable<OpenClawConfig["hooks"]>;
/** One of `hooks.mappings`. */
export type WebhookMapping = NonNullable<HooksConfig["mappings"]>[number] & {
  /** Template of what tells one event from another: an event that came before is not carried out again. */
  once?: string;
  /** What its content is. */
  source?: "email" | "webhook";
};

/** The `hooks` section cannot be used as it is. */
export class WebhookConfigError extends Error {
  override name = "WebhookConfigError";
}

/** How webhooks are taken. */
export interface WebhookSettings {
  readonly token: string;
  /** Begins with a slash and ends without one. */
  readonly basePath: string;
  readonly maxBodyBytes: number;
}

const defaultPath = "/hooks";
const defaultMaxBodyBytes = 262_144;

/**
 * Undefined while webhooks are off.
 * @throws WebhookConfigError
 */
export function webhookSettings(hooks: HooksConfig | undefined): WebhookSettings | undefined {
  if (hooks?.enabled !== true) return undefined;
  const token = hooks.token?.trim();
  if (!token) throw new WebhookConfigError("hooks.enabled requires hooks.token");
  const trimmed = (hooks.path?.trim() || defaultPath).replace(/^\/*/, "").replace(/\/+$/, "");
  if (trimmed === "") throw new WebhookConfigError("hooks.path may not be '/'");
  return { token, basePath: `/${trimmed}`, maxBodyBytes: hooks.maxBodyBytes ?? defaultMaxBodyBytes };
}

/** What follows the base in the path of a request; undefined when it is none of ours. */
export function webhookPath({ basePath }: Pick<WebhookSettings, "basePath">, url: string): string | undefined {
  const path = url.split("?", 1)[0] ?? "";
  if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined;
  return path.slice(basePath.length).replace(/^\/+/, "").replace(/\/+$/, "");
}
