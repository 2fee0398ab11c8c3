/** What `onboard` was given on the command line; texts are checked where they are used. */
export interface OnboardOptions {
  workspace?: string | undefined;
  reset: boolean;
  acceptRisk: boolean;
  flow?: string | undefined;
  mode?: string | undefined;
  authChoice?: string | undefined;
  tokenProvider?: string | undefined;
  token?: string | undefined;
  tokenProfileId?: string | undefined;
  tokenExpiresIn?: string | undefined;
  /** Keys by the name of their flag. */
  keys: Readonly<Record<string, string | undefined>>;
  cloudflareAccountId?: string | undefined;
  cloudflareGatewayId?: string | undefined;
  customBaseUrl?: string | undefined;
  customModelId?: string | undefined;
  customApiKey?: string | undefined;
  customProviderId?: string | undefined;
  customCompatibility: string;
  gatewayPort?: string | undefined;
  gatewayBind?: string | undefined;
  gatewayAuth?: string | undefined;
  gatewayToken?: string | undefined;
  gatewayPassword?: string | undefined;
  remoteUrl?: string | undefined;
  remoteToken?: string | undefined;
  tailscale?: string | undefined;
  tailscaleResetOnExit: boolean;
  /** Undefined when no flag said it. */
  installDaemon?: boolean | undefined;
  daemonRuntime?: string | undefined;
  skipChannels: boolean;
  skipSkills: boolean;
  skipHealth: boolean;
  skipUi: boolean;
  nodeManager?: string | undefined;
}

export const noOptions: OnboardOptions = {
  reset: false,
  acceptRisk: false,
  keys: {},
  customCompatibility: "openai",
  tailscaleResetOnExit: false,
  skipChannels: false,
  skipSkills: false,
  skipHealth: false,
  skipUi: false,
};
