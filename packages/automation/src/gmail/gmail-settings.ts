import type { OpenClawConfig } from "@openclaw/config";
import { webhookSettings } from "../webhooks/webhook-settings.ts";

export type TailscaleMode = "off" | "serve" | "funnel";

/** How mails get from Google to the Gateway. */
export interface GmailSettings {
  account: string;
  label: string;
  /** Full path: `projects/<project>/topics/<topic>`. */
  topic: string;
  subscription: string;
  pushToken: string;
  hookUrl: string;
  hookToken: string;
  includeBody: boolean;
  maxBytes: number;
  renewEveryMinutes: number;
  serve: { bind: string; port: number; path: string };
  tailscale: { mode: TailscaleMode; path: string; target: string };
}

/** What a command line says; it wins over the configuration. */
export interface GmailOverrides {
  account?: string | undefined;
  topic?: string | undefined;
  subscription?: string | undefined;
  label?: string | undefined;
  hookUrl?: string | undefined;
  hookToken?: string | undefined;
  pushToken?: string | undefined;
  bind?: string | undefined;
  port?: number | undefined;
  path?: string | undefined;
  includeBody?: boolean | undefined;
  maxBytes?: number | undefined;
  renewMinutes?: number | undefined;
  tailscale?: TailscaleMode | undefined;
  tailscalePath?: string | undefined;
  tailscaleTarget?: string | undefined;
}

export const gmailDefaults = {
  label: "INBOX",
  topic: "gog-gmail-watch",
  subscription: "gog-gmail-watch-push",
  bind: "127.0.0.1",
  port: 8788,
  path: "/gmail-pubsub",
  maxBytes: 20_000,
  renewMinutes: 720,
} as const;

/** The settings of the watcher, or why it cannot run. */
export function gmailSettings(
  config: OpenClawConfig,
  gatewayPort: number,
  given: GmailOverrides = {},
): GmailSettings | { problem: string } {
  const gmail = config.hooks?.gmail;
  const hookToken = given.hookToken?.trim() || config.hooks?.token?.trim();
  if (!hookToken) return { problem: "hooks.token missing (needed for gmail hook)" };
  const account = given.account?.trim() || gmail?.account?.trim();
  if (!account) return { problem: "gmail account required" };
  const topic = given.topic?.trim() || gmail?.topic?.trim();
  if (!topic) return { problem: "gmail topic required" };
  const pushToken = given.pushToken?.trim() || gmail?.pushToken?.trim();
  if (!pushToken) return { problem: "gmail push token required" };
  const mode = given.tailscale ?? gmail?.tailscale?.mode ?? "off";
  const target = given.tailscaleTarget?.trim() || gmail?.tailscale?.target?.trim();
  const bind = given.bind?.trim() || gmail?.serve?.bind?.trim() || gmailDefaults.bind;
  const port = given.port ?? gmail?.serve?.port ?? gmailDefaults.port;
  const servePath = withSlash(given.path?.trim() || gmail?.serve?.path?.trim() || gmailDefaults.path);
  // Tailscale takes the path off before it passes a request on.
  const path = mode !== "off" && !target ? "/" : servePath;
  return {
    account,
    label: given.label?.trim() || gmail?.label?.trim() || gmailDefaults.label,
    topic,
    subscription: given.subscription?.trim() || gmail?.subscription?.trim() || gmailDefaults.subscription,
    pushToken,
    hookUrl: given.hookUrl?.trim() || gmail?.hookUrl?.trim() || defaultHookUrl(config, gatewayPort),
    hookToken,
    includeBody: given.includeBody ?? gmail?.includeBody ?? true,
    maxBytes: given.maxBytes ?? gmail?.maxBytes ?? gmailDefaults.maxBytes,
    renewEveryMinutes: given.renewMinutes ?? gmail?.renewEveryMinutes ?? gmailDefaults.renewMinutes,
    serve: { bind, port, path },
    tailscale: {
      mode,
      path: withSlash(given.tailscalePath?.trim() || gmail?.tailscale?.path?.trim() || servePath),
      target: target || String(port),
    },
  };
}

function defaultHookUrl(config: OpenClawConfig, port: number): string {
  const base = webhookSettings({ ...config.hooks, enabled: true, token: "x" })?.basePath ?? "/hooks";
  return `http://127.0.0.1:${port}${base}/gmail`;
}

function withSlash(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
