import type { OpenClawConfig } from "@openclaw/config";
import type { ChannelLinkPlan, DirectPolicyName } from "@openclaw/plugin-sdk";
import type { SetupPrompter } from "../setup-prompter.ts";

/** A merge patch for the whole configuration. */
export type ConfigPatch = Readonly<Record<string, unknown>>;

/** How a channel is, in a few words. */
export interface ChannelState {
  configured: boolean;
  text: string;
  /** The higher, the sooner it is the one to begin with. */
  score?: number;
}

/** One account, and what is asked about it. */
export interface AccountQuestion {
  config: OpenClawConfig;
  accountId: string;
  prompter: SetupPrompter;
  /** Only what a first message needs. */
  quick: boolean;
  /** The channel may ask by itself which account is meant. */
  asksAccount: boolean;
}

export interface ConfiguredAccount {
  accountId: string;
  patch: ConfigPatch;
  link?: ChannelLinkPlan | undefined;
}

/** The rules for private chats of a channel's accounts. */
export interface DirectPolicySteps {
  /** The keys as people find them in the manual, for example `channels.telegram.dmPolicy`. */
  policyKey: string;
  allowFromKey: string;
  current(config: OpenClawConfig, accountId: string): DirectPolicyName;
  /** With `open` everybody is listed too. */
  set(config: OpenClawConfig, accountId: string, policy: DirectPolicyName): ConfigPatch;
  /** Asks whom `allowlist` lets in. */
  askAllowFrom?(config: OpenClawConfig, accountId: string, prompter: SetupPrompter): Promise<ConfigPatch>;
}

/** What setting up knows of a channel, whichever contract it was written for. */
export interface ChannelSteps {
  state(config: OpenClawConfig): Promise<ChannelState>;
  accounts(config: OpenClawConfig): { ids: readonly string[]; defaultId: string };
  /** Undefined where there is nothing that could be asked. */
  configure?(question: AccountQuestion): Promise<ConfiguredAccount>;
  disable(config: OpenClawConfig, accountId: string): ConfigPatch;
  remove(config: OpenClawConfig, accountId: string): ConfigPatch;
  /** A display name for an account. */
  rename(config: OpenClawConfig, accountId: string, name: string): ConfigPatch;
  direct?: DirectPolicySteps | undefined;
  /** Links an account as it is configured. */
  link?(config: OpenClawConfig, accountId: string, plan: ChannelLinkPlan, prompter: SetupPrompter): Promise<void>;
}
