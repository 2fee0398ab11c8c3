import { z } from "zod";
import { method } from "../contract.ts";
import { anything, count, flag, integer, nonEmpty, open, text, texts, timestamp } from "../fields.ts";
import { once } from "../once.ts";

/** One account of a channel; channels add fields of their own. Never carries a secret. */
const account = once(() =>
  open({
    accountId: text(),
    name: text().optional(),
    enabled: flag().optional(),
    configured: flag().optional(),
    linked: flag().optional(),
    running: flag().optional(),
    connected: flag().optional(),
    reconnectAttempts: count().optional(),
    lastConnectedAt: timestamp().nullish(),
    lastError: text().nullish(),
    lastStartAt: timestamp().nullish(),
    lastStopAt: timestamp().nullish(),
    lastInboundAt: timestamp().nullish(),
    lastOutboundAt: timestamp().nullish(),
    mode: text().nullish(),
    dmPolicy: text().nullish(),
    allowFrom: texts().nullish(),
    tokenSource: text().nullish(),
    botTokenSource: text().nullish(),
    appTokenSource: text().nullish(),
    baseUrl: text().nullish(),
    allowUnmentionedGroups: flag().nullish(),
    cliPath: text().nullish(),
    dbPath: text().nullish(),
    port: count().nullish(),
    lastProbeAt: timestamp().nullish(),
    probe: anything().optional(),
    audit: anything().optional(),
    application: anything().optional(),
  }),
);

const byChannel = <Schema extends z.ZodType>(schema: Schema) => z.record(z.string(), schema);

export const channelMethods = {
  "channels.status": method("channels.status", {
    scope: "operator.read",
    params: () =>
      z.strictObject({
        probe: flag().optional(),
        /** Milliseconds; raised to 1,000. */
        timeoutMs: integer(0).default(10_000),
      }),
    v4Params: (v3) => v3.extend({ channel: nonEmpty().optional() }),
    result: () =>
      open({
        ts: timestamp(),
        channelOrder: texts(),
        channelLabels: byChannel(text()),
        channelDetailLabels: byChannel(text()),
        channelSystemImages: byChannel(text()),
        channelMeta: z.array(open({ id: text(), label: text(), detailLabel: text(), systemImage: text().optional() })),
        channels: byChannel(z.record(z.string(), z.unknown())),
        channelAccounts: byChannel(z.array(account())),
        channelDefaultAccountId: byChannel(text()),
        /** Version 4 only, from here on. */
        statusIssues: z.array(anything()).optional(),
        eventLoop: open({}).optional(),
      }),
  }),
  "channels.logout": method("channels.logout", {
    scope: "operator.admin",
    params: () => z.strictObject({ channel: nonEmpty(), accountId: text().optional() }),
    result: () =>
      open({
        channel: text(),
        accountId: text(),
        cleared: flag(),
        loggedOut: flag().optional(),
        envToken: flag().optional(),
      }),
  }),
  "channels.start": method("channels.start", {
    scope: "operator.admin",
    only: 4,
    params: () => z.strictObject({ channel: nonEmpty(), accountId: text().optional() }),
    result: () => open({ channel: text(), accountId: text(), started: flag() }),
  }),
  "channels.stop": method("channels.stop", {
    scope: "operator.admin",
    only: 4,
    params: () => z.strictObject({ channel: nonEmpty(), accountId: text().optional() }),
    result: () => open({ channel: text(), accountId: text(), stopped: flag() }),
  }),
  /** What channels can do: ours, for the command line. */
  "channels.capabilities": method("channels.capabilities", {
    scope: "operator.read",
    advertised: false,
    params: () =>
      z.strictObject({
        channel: nonEmpty().optional(),
        accountId: text().optional(),
        target: text().optional(),
        timeoutMs: integer(0).default(10_000),
      }),
    result: () => open({ channels: z.array(open({ channel: text(), accountId: text() })) }),
  }),
  /** Ids for names: ours, for the command line. */
  "channels.resolve": method("channels.resolve", {
    scope: "operator.read",
    advertised: false,
    params: () =>
      z.strictObject({
        channel: nonEmpty().optional(),
        accountId: text().optional(),
        entries: z.array(nonEmpty()).min(1),
        kind: z.enum(["auto", "user", "group"]).default("auto"),
      }),
    result: () => open({ channel: text(), results: z.array(open({ input: text(), resolved: flag() })) }),
  }),
  /** Who and what can be written to: ours, for the command line. */
  "channels.directory": method("channels.directory", {
    scope: "operator.read",
    advertised: false,
    params: () =>
      z.strictObject({
        list: z.enum(["self", "peers", "groups", "members"]),
        channel: nonEmpty().optional(),
        accountId: text().optional(),
        groupId: text().optional(),
        query: text().optional(),
        limit: integer(1).optional(),
      }),
    result: () => open({ channel: text(), entries: z.array(open({ kind: text(), id: text() })) }),
  }),
  // These two are advertised while a channel offers a QR login, which the Gateway knows and this table does not.
  "web.login.start": method("web.login.start", {
    scope: "operator.admin",
    advertised: false,
    params: () =>
      z.strictObject({
        force: flag().optional(),
        timeoutMs: integer(0).optional(),
        verbose: flag().optional(),
        accountId: text().optional(),
        /** Link with a code that is typed on the telephone of this number, instead of a QR. */
        phoneNumber: text().optional(),
      }),
    result: () =>
      open({
        message: text(),
        /** Data URL of a PNG. */
        qrDataUrl: text().optional(),
        pairingCode: text().optional(),
      }),
  }),
  "web.login.wait": method("web.login.wait", {
    scope: "operator.admin",
    advertised: false,
    params: () => z.strictObject({ timeoutMs: integer(0).optional(), accountId: text().optional() }),
    result: () => open({ connected: flag(), message: text() }),
  }),
};
