import { expect, test } from "vitest";
import { adaptForeignChannel } from "../src/index.ts";

const log = { error() {}, warn() {}, info() {}, debug() {} };

/** An account of a channel whose `startAccount` comes to `ended`. */
async function started(ended: (signal: AbortSignal) => unknown) {
  const host = { config: () => ({}), receiver: () => undefined, receiversIn: () => [] };
  const gateway = { startAccount: async (ctx: { abortSignal: AbortSignal }) => ended(ctx.abortSignal) };
  const channel = adaptForeignChannel({ id: "it", channel: { id: "it", gateway }, dock: undefined }, host);
  const stop = new AbortController();
  const account = await channel.start({
    accountId: "default",
    account: {},
    config: {},
    stateDir: "",
    env: {},
    log,
    signal: stop.signal,
    fetch,
    http: { route: () => () => {} },
    approvals: { onRequested: () => () => {}, onResolved: () => () => {}, resolve: async () => {} },
    nativeCommands: [],
    receive: async () => {},
    note: async () => {},
    report() {},
    chatMoved: async () => {},
  });
  return { account, stop };
}

test.each([
  ["a function", (stop: () => void) => stop],
  ["an object with shutdown", (shutdown: () => void) => ({ shutdown })],
  ["an object with stop", (stop: () => void) => ({ stop })],
])("an account goes on that gives back %s to end it with", async (_what, handleOf) => {
  let stopped = 0;
  const { account, stop } = await started(() =>
    handleOf(() => {
      stopped += 1;
    }),
  );
  const closed = account.closed?.then(() => "closed");
  expect(await Promise.race([closed, new Promise((resolve) => setImmediate(() => resolve("open")))])).toBe("open");
  stop.abort();
  await account.stop();
  expect([await closed, stopped]).toEqual(["closed", 1]);
});

test("an account has ended whose start comes to nothing, or fails", async () => {
  expect(await (await started(() => undefined)).account.closed).toBeUndefined();
  const failing = await started(() => {
    throw new Error("no wire");
  });
  await expect(failing.account.closed).rejects.toThrow("no wire");
});
