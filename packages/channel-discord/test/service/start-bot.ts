import {
  type AccountState,
  type ApprovalDecision,
  type ChannelContext,
  type InboundEvent,
  type InboundMessage,
  mergeAccountSection,
  type NativeCommand,
  type PendingApproval,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import { type DiscordAccount, resolveDiscordAccount } from "../../src/account/discord-account.ts";
import { discordChannel } from "../../src/index.ts";
import type { DiscordService } from "./discord-service.ts";

/** An account that runs without a Gateway: what it hands over is kept. */
export interface StartedBot {
  account: RunningAccount;
  context: ChannelContext<DiscordAccount>;
  messages: readonly InboundMessage[];
  events: readonly InboundEvent[];
  states: readonly AccountState[];
  logs: readonly string[];
  /** Resolves with message number `count` (from 1). */
  message(count: number): Promise<InboundMessage>;
  event(count: number): Promise<InboundEvent>;
  /** Resolves when a line of the log contains the text. */
  logged(text: string): Promise<string>;
  /** A command waits for approval; it is decided; what the account decided. */
  approvals: {
    request(approval: PendingApproval): void;
    resolved(id: string, decision: ApprovalDecision | undefined): void;
    decisions: { id: string; decision: ApprovalDecision; by: string }[];
    /** The next decisions are refused with this. */
    refuse(problem: string): void;
    /** Resolves with decision number `count` (from 1). */
    decision(count: number): Promise<{ id: string; decision: ApprovalDecision; by: string }>;
  };
  stop(): Promise<void>;
}

export interface StartBotOptions {
  section?: Record<string, unknown>;
  accountId?: string;
  nativeCommands?: readonly NativeCommand[];
  fetch?: typeof fetch;
  env?: Record<string, string>;
  receive?: (message: InboundMessage) => Promise<void>;
}

export function botContext(service: { apiUrl: string; manifest: { botToken: string } }, options: StartBotOptions = {}) {
  const section = { token: service.manifest.botToken, retry: { minDelayMs: 5, maxDelayMs: 500 }, ...options.section };
  const accountId = options.accountId ?? "default";
  const env = { OPENCLAW_DISCORD_API_URL: service.apiUrl, ...options.env };
  const config = mergeAccountSection(section, accountId);
  const messages = collector<InboundMessage>();
  const events = collector<InboundEvent>();
  const logs = collector<string>();
  const decisions = collector<{ id: string; decision: ApprovalDecision; by: string }>();
  const states: AccountState[] = [];
  const abort = new AbortController();
  let requested: (approval: PendingApproval) => void = () => {};
  let resolved: (id: string, decision: ApprovalDecision | undefined) => void = () => {};
  let problem: string | undefined;
  const context: ChannelContext<DiscordAccount> = {
    accountId,
    account: resolveDiscordAccount({
      accountId,
      config,
      section,
      env,
      stateDir: "/nowhere",
      shared: { web: undefined, maxConcurrentRuns: 4, assistantName: undefined },
    }),
    config,
    stateDir: "/nowhere",
    env,
    log: { error: logs.add, warn: logs.add, info: logs.add, debug: logs.add },
    signal: abort.signal,
    fetch: options.fetch ?? fetch,
    nativeCommands: options.nativeCommands ?? [],
    http: { route: () => () => {} },
    approvals: {
      onRequested(handle) {
        requested = handle;
        return () => {};
      },
      onResolved(handle) {
        resolved = handle;
        return () => {};
      },
      async resolve(id, decision, by) {
        if (problem !== undefined) throw new Error(problem);
        decisions.add({ id, decision, by });
      },
    },
    async receive(message) {
      await options.receive?.(message);
      messages.add(message);
    },
    async note(event) {
      events.add(event);
    },
    report: (state) => void states.push(state),
    chatMoved: async () => {},
  };
  return {
    context,
    abort,
    messages,
    events,
    logs,
    states,
    approvals: {
      request: (approval: PendingApproval) => requested(approval),
      resolved: (id: string, decision: ApprovalDecision | undefined) => resolved(id, decision),
      decisions: decisions.all,
      decision: decisions.at,
      refuse(text: string) {
        problem = text;
      },
    },
  };
}

export async function startBot(service: DiscordService, options: StartBotOptions = {}): Promise<StartedBot> {
  const { context, abort, messages, events, logs, states, approvals } = botContext(service, options);
  const account = await discordChannel.start(context);
  await service.connected();
  return {
    account,
    context,
    messages: messages.all,
    events: events.all,
    logs: logs.all,
    states,
    message: messages.at,
    event: events.at,
    logged: (text) => logs.find((line) => line.includes(text)),
    approvals,
    async stop() {
      abort.abort();
      await account.stop();
    },
  };
}

function collector<T>() {
  const all: T[] = [];
  const waiting: { match: (item: T, index: number) => boolean; resolve(item: T): void }[] = [];
  const find = (match: (item: T, index: number) => boolean): Promise<T> => {
    const known = all.find(match);
    return known !== undefined ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ match, resolve }));
  };
  return {
    all,
    find,
    at: (count: number) => find((_, index) => index === count - 1),
    add(item: T) {
      all.push(item);
      for (const waiter of waiting.splice(0)) {
        if (waiter.match(item, all.length - 1)) waiter.resolve(item);
        else waiting.push(waiter);
      }
    },
  };
}
