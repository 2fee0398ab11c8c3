import { type AccountSetup, type ChannelAccounts, defaultAccountId } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { ForeignPart } from "./foreign-parts.ts";
import { recordOf } from "./section-settings.ts";

type Config = Readonly<Record<string, unknown>>;

/** The accounts of a channel of the reference release. */
export function adaptAccounts(
  id: string,
  part: (name: string) => ForeignPart,
  config: () => Config,
): ChannelAccounts<unknown> {
  const accounts = part("config");
  const setup = part("setup");
  const text = (otherwise: string, name: string, account: unknown) =>
    z
      .string()
      .catch(otherwise)
      .parse(accounts.call(name, account, config()));
  const nextConfig = (name: string, about: object): Config => {
    const next = recordOf(accounts.call(name, { cfg: config(), ...about }));
    if (next === undefined) throw new Error(`channel ${id}: config.${name} returned no configuration`);
    return next;
  };
  const setupInput = ({ accountId, useEnv, values }: AccountSetup) => {
    const cfg = config();
    const own = setup.call("resolveAccountId", { cfg, accountId });
    return {
      cfg,
      accountId: typeof own === "string" && own !== "" ? own : accountId,
      input: { ...values, useEnv },
    };
  };
  return {
    ...(accounts.has("listAccountIds")
      ? { list: () => z.array(z.string()).parse(accounts.call("listAccountIds", config())) }
      : {}),
    ...(accounts.has("defaultAccountId")
      ? { defaultId: () => z.string().catch(defaultAccountId).parse(accounts.call("defaultAccountId", config())) }
      : {}),
    resolve: ({ accountId, config: section }) => accounts.call("resolveAccount", config(), accountId) ?? section,
    isEnabled: (account) => accounts.call("isEnabled", account, config()) !== false,
    disabledReason: (account) => text("disabled", "disabledReason", account),
    isConfigured: async (account) => (await accounts.call("isConfigured", account, config())) !== false,
    unconfiguredReason: (account) => text("not configured", "unconfiguredReason", account),
    ...(accounts.has("setAccountEnabled")
      ? { withEnabled: (accountId, enabled) => nextConfig("setAccountEnabled", { accountId, enabled }) }
      : {}),
    ...(accounts.has("deleteAccount") ? { without: (accountId) => nextConfig("deleteAccount", { accountId }) } : {}),
    checkInput(input) {
      const problem = setup.call("validateInput", setupInput(input));
      return typeof problem === "string" && problem !== "" ? problem : undefined;
    },
    ...(setup.has("applyAccountConfig")
      ? {
          setup(input: AccountSetup) {
            const given = setupInput(input);
            const next = recordOf(setup.call("applyAccountConfig", given));
            const section = recordOf(recordOf(next?.channels)?.[id]) ?? {};
            const { accounts: listed, ...base } = section;
            return recordOf(recordOf(listed)?.[given.accountId]) ?? base;
          },
        }
      : {}),
  };
}
