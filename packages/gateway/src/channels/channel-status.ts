import { setTimeout as delay } from "node:timers/promises";
import {
  type AccountProbe,
  type Channel,
  type ChannelMeta,
  readDirectRules,
  type StatusIssue,
} from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import { accountIds, type ChannelSettings, channelConfigInput, readAccount } from "./account-config.ts";
import type { Channels } from "./channels.ts";

export type AccountStatusRow = Record<string, unknown> & { accountId: string };

/** What `channels.status` says. */
export interface ChannelsStatus {
  ts: number;
  channelOrder: string[];
  channelLabels: Record<string, string>;
  channelDetailLabels: Record<string, string>;
  channelSystemImages: Record<string, string>;
  channelMeta: { id: string; label: string; detailLabel: string; systemImage?: string }[];
  channels: Record<string, Record<string, unknown>>;
  channelAccounts: Record<string, AccountStatusRow[]>;
  channelDefaultAccountId: Record<string, string>;
  statusIssues: (StatusIssue & { channel: string; accountId: string })[];
}

/** Collects the state of every channel that is configured, and asks their services when `probe` is set. */
export async function channelsStatus(
  options: { channels: Channels; settings: ChannelSettings; fetch: typeof fetch; clock: Clock },
  request: { probe: boolean; timeoutMs: number; channel?: string | undefined },
): Promise<ChannelsStatus> {
  const { channels, clock } = options;
  const metas = channels.metas().filter(({ id }) => request.channel === undefined || id === request.channel);
  const configured = metas.filter(({ id }) => channels.isConfigured(id));
  const reports = await Promise.all(configured.map(({ id }) => channelReport(id, options, request)));
  const byId = <T>(value: (meta: ChannelMeta) => T) => Object.fromEntries(metas.map((meta) => [meta.id, value(meta)]));
  const found = Object.fromEntries(reports.map((report) => [report.id, report]));
  return {
    ts: clock.now(),
    channelOrder: metas.map(({ id }) => id),
    channelLabels: byId(({ label }) => label),
    channelDetailLabels: byId(({ label, detailLabel }) => detailLabel ?? label),
    channelSystemImages: Object.fromEntries(
      metas.flatMap(({ id, systemImage }) => (systemImage === undefined ? [] : [[id, systemImage]])),
    ),
    channelMeta: metas.map(({ id, label, detailLabel, systemImage }) => ({
      id,
      label,
      detailLabel: detailLabel ?? label,
      ...(systemImage === undefined ? {} : { systemImage }),
    })),
    channels: byId(({ id }) => found[id]?.summary ?? { configured: false, running: false }),
    channelAccounts: byId(({ id }) => found[id]?.rows ?? []),
    channelDefaultAccountId: byId(({ id }) => found[id]?.defaultId ?? "default"),
    statusIssues: reports.flatMap(({ issues }) => issues),
  };
}

async function channelReport(
  id: string,
  options: Parameters<typeof channelsStatus>[0],
  request: Parameters<typeof channelsStatus>[1],
) {
  let channel: Channel;
  try {
    channel = await options.channels.load(id);
  } catch (error) {
    const lastError = error instanceof Error ? error.message : String(error);
    const rows: AccountStatusRow[] = [{ accountId: "default", configured: false, running: false, lastError }];
    return { id, defaultId: "default", rows, summary: { configured: false, running: false, lastError }, issues: [] };
  }
  const { ids, defaultId } = accountIds(channel, channelConfigInput(options.settings, id));
  const known = await Promise.all(ids.map((accountId) => accountReport(channel, accountId, options, request)));
  const main = known.find(({ row }) => row.accountId === defaultId) ?? known[0];
  const extra = main?.account === undefined ? {} : await channel.status?.summary?.(main.row, main.account);
  const ofAccounts = new Set([
    "accountId",
    "name",
    "enabled",
    "dmPolicy",
    "allowFrom",
    "lastInboundAt",
    "lastOutboundAt",
  ]);
  const rest = Object.fromEntries(Object.entries(main?.row ?? {}).filter(([name]) => !ofAccounts.has(name)));
  return {
    id,
    defaultId,
    rows: known.map(({ row }) => row),
    summary: { lastProbeAt: null, ...rest, ...extra },
    issues: known.flatMap(({ row, account }) =>
      (account === undefined ? [] : (channel.status?.issues?.(row, account) ?? [])).map((issue) => ({
        channel: id,
        accountId: row.accountId,
        ...issue,
      })),
    ),
  };
}

async function accountReport(
  channel: Channel,
  accountId: string,
  { channels, settings, fetch, clock }: Parameters<typeof channelsStatus>[0],
  { probe, timeoutMs }: Parameters<typeof channelsStatus>[1],
): Promise<{ row: AccountStatusRow; account: unknown }> {
  const { id } = channel.meta;
  const { input, account, enabled, problem } = readAccount(channel, channelConfigInput(settings, id), accountId);
  const configured = problem === undefined && (await channel.accounts?.isConfigured?.(account)) !== false;
  const direct = channel.access?.direct?.(input.config, { kind: "direct", id: "" }) ?? readDirectRules(input.config);
  const state = channels.rows(id).get(accountId) ?? { running: false };
  const name = input.config.name;
  const row: AccountStatusRow = {
    accountId,
    ...(typeof name === "string" ? { name } : {}),
    enabled,
    configured,
    lastStartAt: null,
    lastStopAt: null,
    lastError: null,
    lastInboundAt: null,
    lastOutboundAt: null,
    dmPolicy: direct.policy ?? "pairing",
    allowFrom: (direct.allowFrom ?? []).map(String),
    ...(account === undefined ? {} : channel.status?.describe?.(account)),
    ...state,
    ...(state.running || problem === undefined ? {} : { lastError: problem }),
  };
  const whole = async (known: AccountStatusRow): Promise<{ row: AccountStatusRow; account: unknown }> => {
    const own = account === undefined ? undefined : await channel.status?.snapshot?.(known, account);
    return { row: { ...known, ...own, accountId }, account };
  };
  if (!probe || !enabled || !configured || account === undefined || channel.probe === undefined) return whole(row);
  const limit = new AbortController();
  const context = { ...input, account, signal: limit.signal, fetch };
  const startedAt = clock.now();
  const answer = await within(channel.probe(context), timeoutMs, limit).catch(
    (error: unknown): AccountProbe => ({ ok: false, error: error instanceof Error ? error.message : String(error) }),
  );
  const probed = {
    ...row,
    probe: { elapsedMs: clock.now() - startedAt, ...answer },
    lastProbeAt: clock.now(),
    ...(answer.application === undefined ? {} : { application: answer.application }),
  };
  if (!answer.ok || channel.status?.audit === undefined) return whole(probed);
  const audit = await within(channel.status.audit({ ...context, probe: answer }), timeoutMs, limit).catch(
    (error: unknown) => ({ ok: false, error: error instanceof Error ? error.message : String(error) }),
  );
  return whole({ ...probed, audit });
}

async function within<T>(work: Promise<T>, ms: number, limit: AbortController): Promise<T> {
  const done = new AbortController();
  work.catch(() => {}); // what comes too late is nobody's
  try {
    return await Promise.race([
      work,
      delay(ms, undefined, { signal: done.signal, ref: false }).then(() => {
        limit.abort();
        throw new Error(`no answer within ${ms} ms`);
      }),
    ]);
  } finally {
    done.abort();
  }
}
