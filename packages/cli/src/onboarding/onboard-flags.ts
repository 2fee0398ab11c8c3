import type { OnboardOptions } from "@openclaw/setup/onboarding";
import type { CommandInput } from "../spec/command-spec.ts";
import type { onboardFlags } from "../spec/onboarding-commands.ts";

/** The flags of `onboard` as the steps take them. */
export function onboardOptions(flags: CommandInput<typeof onboardFlags>["flags"]): OnboardOptions {
  const isKey = (name: string) => name.endsWith("-api-key") || name === "custom-base-url";
  const keys = Object.entries(flags).flatMap(([name, value]) =>
    isKey(name) && name !== "custom-api-key" && typeof value === "string" ? [[name, value] as const] : [],
  );
  const refused = flags["no-install-daemon"] || flags["skip-daemon"];
  return {
    workspace: flags.workspace,
    reset: flags.reset,
    acceptRisk: flags["accept-risk"],
    flow: flags.flow,
    mode: flags.mode,
    authChoice: flags["auth-choice"],
    tokenProvider: flags["token-provider"],
    token: flags.token,
    tokenProfileId: flags["token-profile-id"],
    tokenExpiresIn: flags["token-expires-in"],
    keys: Object.fromEntries(keys),
    cloudflareAccountId: flags["cloudflare-ai-gateway-account-id"],
    cloudflareGatewayId: flags["cloudflare-ai-gateway-gateway-id"],
    customBaseUrl: flags["custom-base-url"],
    customModelId: flags["custom-model-id"],
    customApiKey: flags["custom-api-key"],
    customProviderId: flags["custom-provider-id"],
    customCompatibility: flags["custom-compatibility"],
    gatewayPort: flags["gateway-port"],
    gatewayBind: flags["gateway-bind"],
    gatewayAuth: flags["gateway-auth"],
    gatewayToken: flags["gateway-token"],
    gatewayPassword: flags["gateway-password"],
    remoteUrl: flags["remote-url"],
    remoteToken: flags["remote-token"],
    tailscale: flags.tailscale,
    tailscaleResetOnExit: flags["tailscale-reset-on-exit"],
    installDaemon: refused ? false : flags["install-daemon"] || undefined,
    daemonRuntime: flags["daemon-runtime"],
    skipChannels: flags["skip-channels"],
    skipSkills: flags["skip-skills"],
    skipHealth: flags["skip-health"],
    skipUi: flags["skip-ui"],
    nodeManager: flags["node-manager"],
  };
}
