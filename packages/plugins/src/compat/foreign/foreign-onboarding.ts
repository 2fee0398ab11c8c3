import type { ForeignOnboarding } from "@openclaw/plugin-sdk";
import type { ChannelRegistration } from "../../registry/registrations.ts";

/** How a wizard sets up a channel of the reference release; undefined where its plugin does not say. */
export function foreignOnboarding({ channel }: Pick<ChannelRegistration, "channel">): ForeignOnboarding | undefined {
  const steps = "onboarding" in channel ? channel.onboarding : undefined;
  return typeof steps?.getStatus === "function" && typeof steps.configure === "function" ? steps : undefined;
}
