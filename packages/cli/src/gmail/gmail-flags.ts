import type { GmailOverrides } from "@openclaw/automation";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gmailRunFlags } from "../spec/webhooks-commands.ts";

/** What the flags say beside the configuration. */
export function gmailOverrides(flags: CommandInput<typeof gmailRunFlags>["flags"]): GmailOverrides {
  return {
    account: flags.account,
    topic: flags.topic,
    subscription: flags.subscription,
    label: flags.label,
    hookUrl: flags["hook-url"],
    hookToken: flags["hook-token"],
    pushToken: flags["push-token"],
    bind: flags.bind,
    port: flags.port,
    path: flags.path,
    includeBody: flags["include-body"] ? true : undefined,
    maxBytes: flags["max-bytes"],
    renewMinutes: flags["renew-minutes"],
    tailscale: flags.tailscale,
    tailscalePath: flags["tailscale-path"],
    tailscaleTarget: flags["tailscale-target"],
  };
}

const usualPort = 18_789;

/** The port of the Gateway that mails are posted to. */
export async function gatewayPort(context: CommandContext): Promise<number> {
  const { config } = await context.config();
  return config.gateway?.port ?? (Number(context.env.OPENCLAW_GATEWAY_PORT) || usualPort);
}
