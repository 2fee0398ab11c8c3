import fs from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import {
  type AccountState,
  type ChannelContext,
  type Delivery,
  type InboundEvent,
  type InboundMessage,
  mergeAccountSection,
  type NativeCommand,
} from "@openclaw/plugin-sdk";
import { createTelegramChannel, type TelegramAccount } from "../src/index.ts";
import { botToken, type FakeBotApi } from "./fake-bot-api.ts";

/** A clock that is moved by hand, and timers that run when it is. */
export function createHandClock() {
  let now = Date.parse("2026-02-10T12:00:00Z");
  const timers = new Map<symbol, { at: number; run: () => void }>();
  const changed = new Set<() => void>();
  return {
    now: () => now,
    after(ms: number, run: () => void) {
      const id = Symbol();
      timers.set(id, { at: now + ms, run });
      for (const look of changed) look();
      return () => void timers.delete(id);
    },
    advance(ms: number) {
      now += ms;
      for (const [id, { at, run }] of [...timers]) {
        if (at > now) continue;
        timers.delete(id);
        run();
      }
    },
    /** Resolves when so many timers wait. */
    waiting: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (timers.size < count) return;
          changed.delete(look);
          resolve();
        };
        changed.add(look);
        look();
      }),
  };
}

export interface BotSetup {
  section?: Record<string, unknown>;
  accountId?: string;
  env?: Record<string, string>;
  stateDir?: string;
  nativeCommands?: NativeCommand[];
  fetch?: typeof fetch;
  /** Called before a message counts as received; may reject. */
  receive?(message: InboundMessage): Promise<void>;
}

/** One account of the channel on the fake, with everything it hands over written down. */
export async function startBot(fake: FakeBotApi, setup: BotSetup = {}) {
  const clock = createHandClock();
  const own = setup.stateDir === undefined;
  const stateDir = setup.stateDir ?? fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-telegram-"));
  const stop = new AbortController();
  const received: InboundMessage[] = [];
  const taken: InboundMessage[] = [];
  const notes: InboundEvent[] = [];
  const moved: { from: string; to: string }[] = [];
  const states: AccountState[] = [];
  const lines: string[] = [];
  const pauses: number[] = [];
  const webhookPort = await freePort();
  const looks = new Set<() => void>();
  const look = () => {
    for (const each of looks) each();
  };
  const channel = createTelegramChannel({
    now: clock.now,
    after: clock.after,
    webhook: { host: "127.0.0.1", port: webhookPort },
    wait: async (ms, signal) => {
      pauses.push(ms);
      look();
      if (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const section = { botToken, apiRoot: fake.apiRoot, ...setup.section };
  const accountId = setup.accountId ?? "default";
  const env = setup.env ?? {};
  const shared = { web: undefined, maxConcurrentRuns: 1, assistantName: undefined };
  const config = mergeAccountSection(section, accountId);
  const account = channel.accounts?.resolve({ accountId, config, section, shared, env, stateDir });
  if (account === undefined) throw new Error("the channel reads no accounts");
  const log = (level: string) => (text: string, meta?: object) =>
    void lines.push(`${level} ${text}${meta === undefined ? "" : ` ${JSON.stringify(meta)}`}`);
  const context: ChannelContext<TelegramAccount> = {
    accountId,
    account,
    config,
    stateDir,
    env,
    log: { error: log("error"), warn: log("warn"), info: log("info"), debug: log("debug") },
    signal: stop.signal,
    fetch: setup.fetch ?? fetch,
    nativeCommands: setup.nativeCommands ?? [],
    http: { route: () => () => {} },
    approvals: { onRequested: () => () => {}, onResolved: () => () => {}, resolve: async () => {} },
    async receive(message) {
      await setup.receive?.(message);
      received.push(message);
      look();
    },
    async note(event) {
      notes.push(event);
      look();
    },
    report(state) {
      states.push(state);
      look();
    },
    async chatMoved(change) {
      moved.push(change);
      look();
    },
  };
  const running = await channel.start(context);
  running.closed?.catch(() => {});

  const until = <T>(check: () => T | undefined | false): Promise<T> =>
    new Promise((resolve) => {
      const each = () => {
        const found = check();
        if (found === undefined || found === false) return;
        looks.delete(each);
        resolve(found);
      };
      looks.add(each);
      each();
    });

  return {
    channel,
    account,
    running,
    clock,
    stateDir,
    received,
    notes,
    moved,
    states,
    lines,
    pauses,
    until,
    webhookPort: () => webhookPort,
    /** The next message it handed over. */
    async next(): Promise<InboundMessage> {
      const message = await until(() => received.find((each) => !taken.includes(each)));
      taken.push(message);
      return message;
    },
    send: (delivery: Partial<Delivery>) => running.send({ channel: "telegram", accountId, to: "7", ...delivery }),
    async stop() {
      stop.abort();
      await running.stop();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running.stop();
      if (own) fs.rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A private chat with somebody, as Telegram shows it. */
export const ada = { id: 7, is_bot: false, first_name: "Ada", last_name: "Lovelace", username: "ada_l" };
export const adaChat = { id: 7, type: "private", first_name: "Ada" };
export const group = { id: -1001, type: "supergroup", title: "Tea" };
export const forum = { ...group, is_forum: true };
