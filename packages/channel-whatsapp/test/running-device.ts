import fs from "node:fs";
import path from "node:path";
import {
  type AccountState,
  type ChannelContext,
  type Delivery,
  type InboundEvent,
  type InboundMessage,
  mergeAccountSection,
} from "@openclaw/plugin-sdk";
import { createWhatsAppChannel, type WhatsAppAccount } from "../src/index.ts";
import { type Fake, tempDir, writeCreds } from "./fake-whatsapp.ts";

export interface DeviceSetup {
  /** Draws what is random in pauses; always the middle when absent. */
  random?(): number;
  section?: Record<string, unknown>;
  web?: Record<string, unknown>;
  accountId?: string;
  stateDir?: string;
  linked?: boolean;
  assistantName?: string;
  fetch?: typeof fetch;
  now?(): number;
  /** Pauses end when this resolves; at once by default. */
  pause?(): Promise<void>;
}

/** One account of the channel on the fake, with everything it hands over written down. */
export function createDevice(fake: Fake, setup: DeviceSetup = {}) {
  const stateDir = setup.stateDir ?? tempDir();
  const accountId = setup.accountId ?? "default";
  const stop = new AbortController();
  const received: InboundMessage[] = [];
  const taken = new Set<InboundMessage>();
  const notes: InboundEvent[] = [];
  const states: AccountState[] = [];
  const lines: string[] = [];
  const pauses: number[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  const looks = new Set<() => void>();
  const look = () => {
    for (const each of [...looks]) each();
  };
  if (setup.linked !== false) writeCreds(path.join(stateDir, "credentials", "whatsapp", accountId));
  const channel = createWhatsAppChannel({
    open: fake.open,
    ...(setup.now === undefined ? {} : { now: setup.now }),
    random: setup.random ?? (() => 0.5),
    every(ms, run) {
      const timer = { ms, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    async wait(ms, signal) {
      pauses.push(ms);
      look();
      if (signal.aborted) return;
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      const over = setup.pause?.() ?? new Promise<void>((resolve) => setImmediate(resolve));
      await Promise.race([over, aborted]);
    },
  });
  const section = setup.section ?? {};
  const shared = { web: setup.web, maxConcurrentRuns: 1, assistantName: setup.assistantName };
  const config = mergeAccountSection(section, accountId);
  const input = { accountId, config, section, shared, env: {}, stateDir };
  const account = channel.accounts?.resolve(input);
  if (account === undefined) throw new Error("the channel reads no accounts");
  const log = (level: string) => (text: string, meta?: object) =>
    void lines.push(`${level} ${text}${meta === undefined ? "" : ` ${JSON.stringify(meta)}`}`);
  const context: ChannelContext<WhatsAppAccount> = {
    accountId,
    account,
    config,
    stateDir,
    env: {},
    log: { error: log("error"), warn: log("warn"), info: log("info"), debug: log("debug") },
    signal: stop.signal,
    fetch: setup.fetch ?? fetch,
    nativeCommands: [],
    http: { route: () => () => {} },
    approvals: { onRequested: () => () => {}, onResolved: () => () => {}, resolve: async () => {} },
    async receive(message) {
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
    chatMoved: async () => {},
  };
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
    input,
    context,
    stateDir,
    received,
    notes,
    states,
    lines,
    pauses,
    timers,
    until,
    start: () => channel.start(context),
    abort: () => stop.abort(),
    /** The next message it handed over. */
    async next(): Promise<InboundMessage> {
      const found = await until(() => received.find((each) => !taken.has(each)));
      taken.add(found);
      return found;
    },
    state: (): AccountState => Object.assign({}, ...states),
    cleanUp: () => fs.rmSync(stateDir, { recursive: true, force: true }),
  };
}

/** The same, connected. */
export async function startDevice(fake: Fake, setup: DeviceSetup = {}) {
  const device = createDevice(fake, setup);
  const running = await device.start();
  running.closed?.catch(() => {});
  return {
    ...device,
    running,
    send: (delivery: Partial<Delivery>) =>
      running.send({ channel: "whatsapp", accountId: device.account.accountId, to: "+15551234567", ...delivery }),
    async [Symbol.asyncDispose]() {
      device.abort();
      await running.stop();
      if (setup.stateDir === undefined) device.cleanUp();
    },
  };
}
