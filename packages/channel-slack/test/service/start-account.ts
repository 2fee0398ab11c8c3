import {
  type AccountState,
  type ChannelContext,
  type InboundEvent,
  type InboundMessage,
  mergeAccountSection,
  type NativeCommand,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import { afterEach } from "vitest";
import { type SlackAccount, slackAccounts } from "../../src/account/slack-account.ts";
import { appToken, type SlackService, startSlackService } from "./slack-service.ts";
import { slackForTests } from "./tested-slack.ts";

/** An account that runs without a Gateway: what it hands over is kept. */
export interface StartedAccount {
  slack: SlackService;
  account: RunningAccount;
  messages: InboundMessage[];
  events: InboundEvent[];
  moves: { from: string; to: string }[];
  states: AccountState[];
  lines: string[];
  /** Resolves when a line of the log contains the text. */
  logged(text: string): Promise<void>;
}

export interface AccountSetup {
  section?: Record<string, unknown>;
  nativeCommands?: readonly NativeCommand[];
  prepare?(slack: SlackService): void;
  receive?(message: InboundMessage): Promise<void>;
}

/** Slack and a running account for each test of a file; both end with the test. */
export function accountsOfTests(): (setup?: AccountSetup) => Promise<StartedAccount> {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return async ({ section = {}, nativeCommands = [], prepare, receive } = {}) => {
    const slack = await startSlackService();
    closing.push(() => slack.close());
    prepare?.(slack);
    const own = { botToken: slack.botToken, appToken, ...section };
    const env = { SLACK_API_URL: slack.apiUrl };
    const config = mergeAccountSection(own, "default");
    const shared = { web: undefined, maxConcurrentRuns: 1, assistantName: undefined };
    const stop = new AbortController();
    const messages: InboundMessage[] = [];
    const events: InboundEvent[] = [];
    const moves: { from: string; to: string }[] = [];
    const states: AccountState[] = [];
    const lines: string[] = [];
    const looks = new Set<() => void>();
    const log = (text: string) => {
      lines.push(text);
      for (const look of [...looks]) look();
    };
    const logged = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!lines.some((line) => line.includes(text))) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      });
    const stateDir = "/nowhere";
    const context: ChannelContext<SlackAccount> = {
      accountId: "default",
      account: slackAccounts.resolve({ accountId: "default", config, section: own, shared, env, stateDir }),
      config,
      stateDir,
      env,
      log: { error: log, warn: log, info: log, debug: log },
      signal: stop.signal,
      fetch,
      nativeCommands,
      http: { route: () => () => {} },
      approvals: { onRequested: () => () => {}, onResolved: () => () => {}, resolve: async () => {} },
      async receive(message) {
        await receive?.(message);
        messages.push(message);
      },
      note: async (event) => void events.push(event),
      report: (state) => void states.push(state),
      chatMoved: async (change) => void moves.push(change),
    };
    const account = await slackForTests().start(context);
    account.closed?.catch(() => {});
    closing.push(async () => {
      stop.abort();
      await account.stop();
    });
    await slack.connected();
    return { slack, account, messages, events, moves, states, lines, logged };
  };
}

export const ada = {
  ok: true,
  user: { id: "U0OWNER001", name: "ada", profile: { display_name: "Ada", email: "ada@example.com" } },
};
export const general = {
  ok: true,
  channel: {
    id: "C0MAIN0001",
    name: "general",
    is_channel: true,
    topic: { value: "All hands" },
    purpose: { value: "For everybody" },
  },
};
