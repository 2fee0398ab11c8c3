import { normalizeAccountId } from "@openclaw/plugin-sdk";
import { accountIds, channelConfigInput, readAccount } from "../channels/account-config.ts";
import { channelsStatus } from "../channels/channel-status.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";
import { asRequestError } from "./outbound.ts";

type ChannelMethod =
  | "channels.status"
  | "channels.logout"
  | "channels.start"
  | "channels.stop"
  | "channels.capabilities"
  | "channels.resolve"
  | "channels.directory"
  | "web.login.start"
  | "web.login.wait";

const minTimeoutMs = 1000;

/** Channels, their accounts and who can be written to. */
export function channelMethods(gateway: MethodContext): HandlersOf<ChannelMethod> {
  const { channels, channelSettings: settings, directory, logins, targets, clock } = gateway;

  /** A channel somebody named, with the account that is meant. */
  const accountOf = async (name: string, wanted: string | undefined, refusal: string) => {
    const id = channels.idOf(name);
    if (id === undefined) throw invalidRequest(refusal);
    const channel = await channels.load(id);
    const input = channelConfigInput(settings, id);
    const accountId = normalizeAccountId(wanted ?? accountIds(channel, input).defaultId);
    return { channel, ...readAccount(channel, input, accountId), accountId };
  };
  const work = <T>(run: () => Promise<T>): Promise<T> =>
    run().catch((error: unknown) => {
      throw error instanceof OutboundError ? asRequestError(error) : error;
    });
  const status = (request: { probe: boolean; timeoutMs: number; channel?: string | undefined }) =>
    channelsStatus({ channels, settings, fetch: gateway.fetch, clock }, request);

  return {
    async "channels.status"(params, { session }) {
      const wanted =
        "channel" in params && typeof params.channel === "string" ? channels.idOf(params.channel) : undefined;
      const { statusIssues, ...rest } = await status({
        probe: params.probe === true,
        timeoutMs: Math.max(minTimeoutMs, params.timeoutMs),
        channel: wanted,
      });
      return session.protocol === 3 ? rest : { ...rest, statusIssues };
    },
    async "channels.logout"({ channel: name, accountId: wanted }) {
      const { channel, accountId, input, account } = await accountOf(name, wanted, "invalid channels.logout channel");
      const { id } = channel.meta;
      if (channel.login === undefined && channel.logout === undefined && (channel.secretKeys ?? []).length === 0) {
        throw invalidRequest(`channel ${id} does not support logout`);
      }
      if (!gateway.configStore.snapshot().valid) throw invalidRequest("config invalid; fix it before logging out");
      await channels.stopAccounts(id, accountId, "logged out");
      if (channel.logout !== undefined) {
        const log = gateway.log.child("channels");
        return { channel: id, accountId, ...(await channel.logout({ ...input, account, log })) };
      }
      const keys = await removeSecrets(gateway, id, accountId, channel.secretKeys ?? []);
      const linked =
        channel.login === undefined || account === undefined
          ? undefined
          : await channel.login.logout({ ...input, account, log: gateway.log.child("channels") });
      const envToken =
        accountId === "default" && channels.envOf(id).some((key) => (settings.env[key] ?? "").trim() !== "");
      return {
        channel: id,
        accountId,
        cleared: keys > 0 || linked?.cleared === true,
        loggedOut: linked?.loggedOut ?? !envToken,
        ...(channel.secretKeys === undefined ? {} : { envToken }),
      };
    },
    async "channels.start"({ channel: name, accountId: wanted }) {
      const { channel, accountId } = await accountOf(name, wanted, "invalid channels.start channel");
      await channels.startAccounts(channel.meta.id, accountId);
      return { channel: channel.meta.id, accountId, started: channels.isRunning(channel.meta.id, accountId) };
    },
    async "channels.stop"({ channel: name, accountId: wanted }) {
      const { channel, accountId } = await accountOf(name, wanted, "invalid channels.stop channel");
      await channels.stopAccounts(channel.meta.id, accountId, "stopped");
      return { channel: channel.meta.id, accountId, stopped: true };
    },
    async "channels.capabilities"({ channel: name, accountId: wanted, timeoutMs }) {
      const ids = name === undefined ? channels.ids().filter((id) => channels.isConfigured(id)) : [name];
      const all = await Promise.all(
        ids.map(async (each) => {
          const { channel, accountId, account } = await accountOf(each, wanted, `Unknown channel "${each}".`);
          const { id } = channel.meta;
          const report = await status({ probe: true, timeoutMs: Math.max(minTimeoutMs, timeoutMs), channel: id });
          const row = report.channelAccounts[id]?.find((found) => found.accountId === accountId);
          return {
            channel: id,
            accountId,
            configured: row?.configured === true,
            enabled: row?.enabled === true,
            support: channel.capabilities ?? { chatKinds: ["direct"] },
            actions: ["send", ...(account === undefined ? [] : (channel.actions?.(account) ?? []))],
            ...(row?.probe === undefined ? {} : { probe: row.probe }),
            ...(row?.application === undefined ? {} : { application: row.application }),
          };
        }),
      );
      return { channels: all };
    },
    "channels.resolve": ({ channel, accountId, entries, kind }) =>
      work(async () => {
        const { meta } = await targets.channel(channel);
        const results = await directory.resolve({
          channel: meta.id,
          accountId: normalizeAccountId(accountId),
          names: entries,
          kind,
        });
        return { channel: meta.id, results };
      }),
    "channels.directory": ({ accountId, ...request }) =>
      work(() => directory.list({ ...request, accountId: normalizeAccountId(accountId) })),
    async "web.login.start"(params) {
      const login = await loginChannel();
      return logins.start(login, params);
    },
    async "web.login.wait"(params) {
      const login = await loginChannel();
      return logins.wait(login, params);
    },
  };

  /** The channel that links by QR: the first that is configured, WhatsApp before others. */
  async function loginChannel() {
    const ids = ["whatsapp", ...channels.ids()].filter((id) => channels.idOf(id) !== undefined);
    for (const id of [...ids.filter((each) => channels.isConfigured(each)), ...ids]) {
      const channel = await channels.load(id);
      if (channel.login !== undefined || channel.qrLogin !== undefined) return channel;
    }
    throw invalidRequest("web login provider is not available");
  }
}

/** Takes the secrets of an account out of the configuration; those of the section itself with the account `default`. */
async function removeSecrets(
  { configStore }: Pick<MethodContext, "configStore">,
  channel: string,
  accountId: string,
  keys: readonly string[],
): Promise<number> {
  const places = [["accounts", accountId], ...(accountId === "default" ? [[]] : [])];
  let removed = 0;
  for (const place of places) {
    for (const key of keys) {
      const path = ["channels", channel, ...place, key];
      if (configStore.get(path) === undefined) continue;
      await configStore.unset(path, { pruneEmptyParents: true });
      removed += 1;
    }
  }
  return removed;
}
