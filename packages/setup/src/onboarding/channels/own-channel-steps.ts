import type { OpenClawConfig } from "@openclaw/config";
import { mergePatch } from "@openclaw/config";
import {
  type AllowList,
  accountInput,
  type Channel,
  type ChannelConfigInput,
  type ChannelSetup,
  type ChannelSetupInput,
  type DirectPolicyName,
  listAccountIds,
  pickDefaultAccount,
} from "@openclaw/plugin-sdk";
import type { SetupPrompter } from "../setup-prompter.ts";
import { accountPatch, channelSection, disablePatch, removePatch, renamePatch } from "./account-patch.ts";
import type { ChannelState, ChannelSteps, DirectPolicySteps } from "./channel-steps.ts";
import { type LinkWorld, linkAccount } from "./link-account.ts";
import { questionsSetup } from "./questions-setup.ts";
import { type ChannelContract, schemaSetup } from "./schema-setup.ts";

/** Where a channel of our contract finds itself. */
export interface OwnChannelPlaces {
  /** What the configuration says of it. */
  input(channel: Channel, config: OpenClawConfig): ChannelConfigInput;
  /** Variables that stand for its secrets. */
  variables: readonly string[];
  /** What its plugin declares of its section. */
  contract?: ChannelContract | undefined;
  link: LinkWorld;
}

/** Setting up a channel that is written for `@openclaw/plugin-sdk`. */
export async function ownChannelSteps(channel: Channel, places: OwnChannelPlaces): Promise<ChannelSteps> {
  const { id } = channel.meta;
  const { variables, contract, link } = places;
  const spot = { channelId: id, switchedSingly: channel.accounts?.switchedSingly };
  const setup = await setupOf(channel, contract, variables);
  const inputOf = (config: OpenClawConfig, accountId: string) => accountInput(places.input(channel, config), accountId);
  const accounts = (config: OpenClawConfig) => {
    const input = places.input(channel, config);
    const ids = channel.accounts?.list?.(input) ?? listAccountIds(input.section);
    return { ids, defaultId: channel.accounts?.defaultId?.(input) ?? pickDefaultAccount(ids) };
  };
  const asked = (config: OpenClawConfig, accountId: string, prompter: SetupPrompter, quick: boolean) => ({
    ...inputOf(config, accountId),
    prompter,
    quick,
    signal: AbortSignal.timeout(10 * 60_000),
  });
  return {
    accounts,
    state: (config) => stateOf(channel, config, inputOf(config, accounts(config).defaultId), variables),
    ...(setup && {
      async configure({ config, accountId, prompter, quick }) {
        const { keys, link: plan } = await setup.ask(asked(config, accountId, prompter, quick));
        return { accountId, patch: accountPatch(config, spot, accountId, keys), link: plan };
      },
    }),
    disable: (config, accountId) => disablePatch(config, spot, accountId),
    remove: (config, accountId) => removePatch(config, id, accountId),
    rename: (config, accountId, name) => renamePatch(config, id, accountId, name),
    direct: setup && directSteps(setup, spot, inputOf, asked),
    ...(channel.login && {
      link: (config, accountId, plan, prompter) =>
        linkAccount(channel, inputOf(config, accountId), plan, prompter, link),
    }),
  };
}

async function setupOf(
  channel: Channel,
  contract: ChannelContract | undefined,
  variables: readonly string[],
): Promise<ChannelSetup | undefined> {
  if (channel.setup) return channel.setup();
  return questionsSetup(channel, variables) ?? (contract && schemaSetup(channel.meta.label, contract));
}

async function stateOf(
  channel: Channel,
  config: OpenClawConfig,
  input: Omit<ChannelSetupInput, "prompter" | "quick" | "signal">,
  variables: readonly string[],
): Promise<ChannelState> {
  const section = channelSection(config, channel.meta.id);
  const found = variables.filter((name) => (input.env[name] ?? "").trim() !== "");
  const account = channel.accounts?.resolve(input) ?? input.config;
  const configured = (await channel.accounts?.isConfigured?.(account)) ?? section !== undefined;
  if (section?.enabled === false || input.config.enabled === false) return { configured: true, text: "disabled" };
  if (section !== undefined && configured) return { configured: true, text: "configured", score: 2 };
  if (found.length > 0) return { configured: section !== undefined, text: `${found.join(", ")} found`, score: 1 };
  if (channel.login && !configured) return { configured: section !== undefined, text: "not linked" };
  // Some need nothing of their own, and count as configured before anybody asked for them.
  return {
    configured: section !== undefined,
    text: section === undefined && configured ? "not configured" : "needs token",
  };
}

function directSteps(
  { direct }: ChannelSetup,
  spot: { channelId: string; switchedSingly: boolean | undefined },
  inputOf: (config: OpenClawConfig, accountId: string) => ReturnType<typeof accountInput>,
  asked: (config: OpenClawConfig, accountId: string, prompter: SetupPrompter, quick: boolean) => ChannelSetupInput,
): DirectPolicySteps | undefined {
  if (direct === undefined) return undefined;
  const { policyPath, allowFromPath } = direct;
  const listed = (config: OpenClawConfig, accountId: string) =>
    listOf(valueAt(inputOf(config, accountId).config, allowFromPath)).map(String);
  return {
    policyKey: `channels.${spot.channelId}.${policyPath.join(".")}`,
    allowFromKey: `channels.${spot.channelId}.${allowFromPath.join(".")}`,
    current: (config, accountId) => policyOf(valueAt(inputOf(config, accountId).config, policyPath)),
    set(config, accountId, policy) {
      const known = listed(config, accountId);
      const all = policy === "open" && !known.includes("*") ? [...known, "*"] : known;
      // What let everybody in must not go on doing so.
      const kept = policy === "open" ? all : known.filter((entry) => entry !== "*");
      const list = kept.length === known.length && policy !== "open" ? {} : objectAt(allowFromPath, kept);
      return accountPatch(config, spot, accountId, joined(objectAt(policyPath, policy), list));
    },
    async askAllowFrom(config, accountId, prompter) {
      const known = listed(config, accountId).filter((entry) => entry !== "*");
      const entries = await direct.askAllowFrom(asked(config, accountId, prompter, false), known);
      return accountPatch(config, spot, accountId, objectAt(allowFromPath, entries));
    },
  };
}

type Keys = Readonly<Record<string, unknown>>;

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

function objectAt(path: readonly string[], value: unknown): Keys {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Keys;
}

function joined(first: Keys, second: Keys): Keys {
  return mergePatch(first, second) as Keys;
}

function listOf(value: unknown): AllowList {
  return Array.isArray(value) ? value : [];
}

function policyOf(value: unknown): DirectPolicyName {
  return value === "allowlist" || value === "open" || value === "disabled" ? value : "pairing";
}
