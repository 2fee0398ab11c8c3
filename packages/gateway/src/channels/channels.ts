import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import {
  type AccountState,
  type Channel,
  type ChannelEntry,
  type ChannelMeta,
  type ChatKind,
  type Delivery,
  defaultAccountId,
  type InboundEvent,
  type InboundMessage,
  isAccountEnabled,
  type MessageRef,
  mergeAccountSection,
  type NativeCommand,
  normalizeAccountId,
  type RunningAccount,
  type SendResult,
  type TypingChat,
} from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import type { ChannelRoutes } from "../http/channel-routes.ts";
import {
  accountIds,
  type ChannelSettings,
  channelConfigInput,
  isChannelConfigured,
  readAccount,
} from "./account-config.ts";
import { type AccountRow, type AccountRunner, createAccountRunner } from "./account-runner.ts";
import type { ApprovalFeed } from "./channel-approvals.ts";
import { createChannelCatalogue } from "./channel-catalogue.ts";
import { type ConvertTables, chunkerOf } from "./chunker.ts";

/** What the rest of the Gateway does with what channels bring. */
export interface ChannelHandlers {
  receive(message: InboundMessage): Promise<void>;
  note(event: InboundEvent): Promise<void>;
  chatMoved(place: { channel: string; accountId: string }, change: { from: string; to: string }): Promise<void>;
  /** What waited for this channel may go out now. */
  connected(channel: string): void;
  nativeCommands(channel: string): readonly NativeCommand[];
  /** What is to be seen on a picture of this channel's. */
  describeImage(
    image: { bytes: Uint8Array; mimeType: string; signal: AbortSignal },
    channel: string,
  ): Promise<string | undefined>;
}

/** The channels of a Gateway and their accounts. */
export interface Channels {
  /**
   * Begins to connect every account that is configured. Does not wait for services: what cannot connect is tried again,
   * and shown by `rows`.
   */
  start(handlers: ChannelHandlers): Promise<void>;
  /** Adds a channel while the others run, and begins to connect what is configured of it. */
  add(channel: Channel): Promise<void>;
  /** Starts an account, or all of a channel; harmless for those that run. Resolves after the first attempt. */
  startAccounts(id: string, accountId?: string): Promise<void>;
  /** Stops an account, or all of a channel. `why` becomes the last error. */
  stopAccounts(id: string, accountId?: string, why?: string): Promise<void>;
  /**
   * Begins anew what a change of the configuration concerns: accounts whose settings are others than they were started
   * with; new ones are started, those that are gone are stopped. Services are not waited for, a failure is logged.
   */
  reload(id: string): Promise<void>;
  /** Whether something can be sent there now; without an account: with any. */
  isRunning(id: string, accountId?: string): boolean;
  /** A connected account. */
  account(id: string, accountId: string): RunningAccount | undefined;
  /** The account as soon as it is connected; undefined when `signal` is aborted before. */
  connectedAccount(id: string, accountId: string, signal: AbortSignal): Promise<RunningAccount | undefined>;
  send(delivery: Delivery): Promise<SendResult>;
  /** Changes a message of an account's own; false where the channel cannot, or does not run. */
  edit(
    message: MessageRef & { channel: string; accountId: string },
    change: Pick<Delivery, "text" | "buttons">,
  ): Promise<boolean>;
  /** Shows that an answer is being written, where the channel can show it. A failure is only logged. */
  showTyping(channel: string, chat: TypingChat, accountId?: string): void;
  /** How many buttons stand in a row of a chat; undefined where none can be shown. */
  buttonsPerRow(chat: { channel: string; accountId: string; chatType?: ChatKind | undefined }): number | undefined;
  /** Takes that sign away, on channels where it does not go by itself. A failure is only logged. */
  stopTyping(channel: string, chat: TypingChat, accountId?: string): void;
  /** How a channel's texts are cut into messages, for one of its accounts; undefined while the channel is not loaded. */
  chunker(id: string, accountId: string): ((text: string, limit: number) => string[]) | undefined;
  /** What a channel says of itself, once it was loaded. */
  get(id: string): Channel | undefined;
  /** @throws Error for an id that is not known, or a module that cannot be loaded */
  load(id: string): Promise<Channel>;
  /** The id for an id or alias; undefined for neither. */
  idOf(name: string): string | undefined;
  ids(): string[];
  metas(): readonly ChannelMeta[];
  /** Variables of the environment that configure a channel. */
  envOf(id: string): readonly string[];
  /** Whether a section or a variable of the environment configures a channel. */
  isConfigured(id: string): boolean;
  /** Notes what status shows of an account. */
  note(id: string, accountId: string, change: Partial<AccountRow>): void;
  /** How the accounts of a channel run, by id. */
  rows(id: string): ReadonlyMap<string, AccountRow>;
  stop(): Promise<void>;
}

export function createChannels(
  options: ChannelSettings & {
    channels: readonly (Channel | ChannelEntry)[];
    routes: Pick<ChannelRoutes, "forAccount">;
    approvals: Pick<ApprovalFeed, "forAccount">;
    /** Off: accounts that end are not started again. */
    restarts: boolean;
    /** Channels are there and not started. */
    skip: boolean;
    fetch: typeof fetch;
    clock: Clock;
    timers: Timers;
    log: Logger;
  },
): Channels {
  const { log, clock } = options;
  const catalogue = createChannelCatalogue(options.channels);
  const runners = new Map<string, Map<string, AccountRunner>>();
  /** The settings an account was started with, by `<channel>|<account>`. */
  const startedWith = new Map<string, string>();
  const reloads = new Map<string, Promise<void>>();
  /** Those that wait for an account to be connected. */
  const waiters = new Set<() => void>();
  let handlers: ChannelHandlers | undefined;
  /** Rewrites tables; loaded with the first channel whose texts the host cuts. */
  let convertTables: ConvertTables | undefined;
  let tablesLoaded: Promise<void> | undefined;
  const loadTables = async () => {
    ({ convertTables } = await import("@openclaw/plugin-sdk/markdown"));
  };

  const isConfigured = (id: string) => isChannelConfigured(options, id, catalogue.envOf(id));
  const runnersOf = (id: string) => {
    const known = runners.get(id) ?? new Map<string, AccountRunner>();
    runners.set(id, known);
    return known;
  };
  const runnerOf = (id: string, accountId: string | undefined) =>
    runners.get(id)?.get(normalizeAccountId(accountId ?? defaultAccountId));

  const connect = async (channel: Channel, accountId: string, signal: AbortSignal): Promise<RunningAccount> => {
    const { id } = channel.meta;
    const to = handlers;
    if (to === undefined) throw new Error("the Gateway does not take messages yet");
    const { account, input, problem } = readAccount(channel, channelConfigInput(options, id), accountId);
    if (problem !== undefined) throw new Error(problem);
    const note = (change: Partial<AccountRow>) => runnerOf(id, accountId)?.note(change);
    return channel.start({
      accountId,
      account,
      config: input.config,
      stateDir: options.stateDir,
      env: options.env,
      log: log.child(accountId === defaultAccountId ? id : `${id}/${accountId}`),
      signal,
      fetch: options.fetch,
      http: options.routes.forAccount(`${id}/${accountId}`, signal),
      approvals: options.approvals.forAccount(signal),
      nativeCommands: to.nativeCommands(id),
      describeImage: (image) => to.describeImage(image, id),
      async receive(message) {
        note({ lastInboundAt: clock.now() });
        await tablesLoaded;
        return to.receive({ ...message, channel: id, accountId });
      },
      note(event) {
        note({ lastEventAt: clock.now() });
        return to.note({ ...event, channel: id, accountId });
      },
      report: (state: AccountState) => note(state),
      chatMoved: (change) => to.chatMoved({ channel: id, accountId }, change),
    });
  };

  const createRunner = (channel: Channel, accountId: string): AccountRunner =>
    createAccountRunner({
      name: accountId === defaultAccountId ? channel.meta.id : `${channel.meta.id}/${accountId}`,
      connect: (signal) => connect(channel, accountId, signal),
      onConnected() {
        for (const waiter of [...waiters]) waiter();
        handlers?.connected(channel.meta.id);
      },
      restarts: options.restarts,
      clock,
      timers: options.timers,
      log,
    });

  const startAccount = async (channel: Channel, accountId: string): Promise<void> => {
    const { id } = channel.meta;
    const known = runnersOf(id);
    // Those that cut their texts themselves convert tables themselves.
    if (channel.chunk === undefined) tablesLoaded ??= loadTables();
    const runner = known.get(accountId) ?? createRunner(channel, accountId);
    known.set(accountId, runner);
    if (runner.account() !== undefined) return;
    startedWith.set(`${id}|${accountId}`, settingsOf(channel, accountId));
    const { account, enabled, problem } = readAccount(channel, channelConfigInput(options, id), accountId);
    if (!enabled) return runner.note({ lastError: channel.accounts?.disabledReason?.(account) ?? "disabled" });
    if (problem !== undefined) return runner.note({ lastError: problem });
    if ((await channel.accounts?.isConfigured?.(account)) === false) {
      return runner.note({ lastError: channel.accounts?.unconfiguredReason?.(account) ?? "not configured" });
    }
    await runner.start();
  };

  /** Everything whose change makes an account begin anew. */
  const settingsOf = (channel: Channel, accountId: string): string => {
    const { section, shared } = channelConfigInput(options, channel.meta.id);
    return JSON.stringify([isAccountEnabled(section, accountId), mergeAccountSection(section, accountId), shared.web]);
  };

  const reload = async (id: string): Promise<void> => {
    const channel = await catalogue.load(id);
    const wanted = isConfigured(id) ? accountIds(channel, channelConfigInput(options, id)).ids : [];
    const known = runnersOf(id);
    const gone = [...known.keys()].filter((accountId) => !wanted.includes(accountId));
    const changed = wanted.filter(
      (accountId) => startedWith.get(`${id}|${accountId}`) !== settingsOf(channel, accountId),
    );
    await Promise.all(
      [...gone, ...changed].map(async (accountId) => {
        await known.get(accountId)?.stop();
        known.delete(accountId);
        startedWith.delete(`${id}|${accountId}`);
        if (gone.includes(accountId)) return;
        startAccount(channel, accountId).catch((error: unknown) => {
          log.error(`account ${accountId} of channel ${id} could not begin anew`, { error: String(error) });
        });
      }),
    );
  };

  const startChannel = async (id: string, only: string | undefined): Promise<void> => {
    const channel = await catalogue.load(id);
    const wanted = only === undefined ? undefined : normalizeAccountId(only);
    const { ids } = accountIds(channel, channelConfigInput(options, id));
    await Promise.all(
      ids.filter((each) => wanted === undefined || each === wanted).map((each) => startAccount(channel, each)),
    );
  };

  return {
    async start(given) {
      handlers = given;
      if (options.skip) return;
      const work = catalogue
        .metas()
        .filter(({ id }) => isConfigured(id))
        .map(({ id }) =>
          startChannel(id, undefined).catch((error: unknown) => {
            log.error(`channel ${id} could not start`, { error: String(error) });
          }),
        );
      // One turn of the event loop: channels of this process are there by then, and services are not waited for.
      await Promise.race([Promise.all(work), new Promise((resolve) => setImmediate(resolve))]);
    },
    async add(channel) {
      const { id } = channel.meta;
      if (!catalogue.add(channel)) {
        return log.error(`there is a channel ${id} already; the one that was to be added is left out`);
      }
      if (!handlers || options.skip || !isConfigured(id)) return;
      // A service is not waited for.
      startChannel(id, undefined).catch((error: unknown) => {
        log.error(`channel ${id} could not start`, { error: String(error) });
      });
    },
    reload(id) {
      if (options.skip) return Promise.resolve();
      // One after the other: a change may come while the one before is being applied.
      const work = (reloads.get(id) ?? Promise.resolve())
        .then(() => reload(id))
        .catch((error: unknown) => log.error(`channel ${id} could not begin anew`, { error: String(error) }));
      reloads.set(id, work);
      return work;
    },
    startAccounts: startChannel,
    async stopAccounts(id, accountId, why) {
      const wanted = accountId === undefined ? undefined : normalizeAccountId(accountId);
      const known = [...(runners.get(id) ?? [])].filter(([each]) => wanted === undefined || each === wanted);
      await Promise.all(known.map(([, runner]) => runner.stop(why)));
    },
    isRunning: (id, accountId) =>
      accountId === undefined
        ? [...(runners.get(id)?.values() ?? [])].some((runner) => runner.account() !== undefined)
        : runnerOf(id, accountId)?.account() !== undefined,
    account: (id, accountId) => runnerOf(id, accountId)?.account(),
    connectedAccount: (id, accountId, signal) =>
      new Promise((resolve) => {
        const look = () => {
          const account = runnerOf(id, accountId)?.account();
          if (account === undefined && !signal.aborted) return;
          waiters.delete(look);
          signal.removeEventListener("abort", look);
          resolve(account);
        };
        waiters.add(look);
        signal.addEventListener("abort", look, { once: true });
        look();
      }),
    async send(delivery) {
      const runner = runnerOf(delivery.channel, delivery.accountId);
      const account = runner?.account();
      if (runner === undefined || account === undefined) {
        const which = delivery.accountId === defaultAccountId ? "" : ` (account ${delivery.accountId})`;
        throw new Error(`channel ${delivery.channel}${which} is not running`);
      }
      const result = await account.send(delivery);
      runner.note({ lastOutboundAt: clock.now() });
      return result;
    },
    async edit({ channel, accountId, to, threadId, messageId }, change) {
      const account = runnerOf(channel, accountId)?.account();
      if (account?.edit === undefined) return false;
      await account.edit({ to, messageId, fromMe: true, ...(threadId === undefined ? {} : { threadId }) }, change);
      return true;
    },
    buttonsPerRow({ channel: id, accountId, chatType = "direct" }) {
      const { section } = channelConfigInput(options, id);
      return catalogue.loaded(id)?.buttonsPerRow?.(mergeAccountSection(section, accountId), chatType);
    },
    showTyping(channel, chat, accountId) {
      runnerOf(channel, accountId)
        ?.account()
        ?.typing?.(chat)
        .catch((error: unknown) =>
          log.debug(`${channel} could not show that somebody types`, { error: String(error) }),
        );
    },
    stopTyping(channel, chat, accountId) {
      runnerOf(channel, accountId)
        ?.account()
        ?.stopTyping?.(chat)
        .catch((error: unknown) =>
          log.debug(`${channel} could not take the sign away that somebody types`, { error: String(error) }),
        );
    },
    chunker(id, accountId) {
      const channel = catalogue.loaded(id);
      if (channel === undefined) return undefined;
      const { account, input } = readAccount(channel, channelConfigInput(options, id), accountId);
      return chunkerOf(channel, account, input.config, convertTables);
    },
    get: (id) => catalogue.loaded(id),
    load: (id) => catalogue.load(id),
    idOf: (name) => catalogue.idOf(name),
    ids: () => catalogue.metas().map(({ id }) => id),
    metas: () => catalogue.metas(),
    envOf: (id) => catalogue.envOf(id),
    isConfigured,
    note: (id, accountId, change) => runnerOf(id, accountId)?.note(change),
    rows: (id) => new Map([...(runners.get(id) ?? [])].map(([accountId, runner]) => [accountId, runner.row()])),
    async stop() {
      await Promise.all([...runners.values()].flatMap((known) => [...known.values()].map((runner) => runner.stop())));
      runners.clear();
    },
  };
}
