import { expect, it } from "vitest";
import { ChannelError } from "../channel/channel-error.ts";
import type { AccountState } from "../channel/channel-status.ts";
import { keepConnected } from "./keep-connected.ts";

const setting = () => {
  const stop = new AbortController();
  const waits: number[] = [];
  const states: AccountState[] = [];
  let now = 0;
  return {
    stop,
    waits,
    states,
    pass: (ms: number) => {
      now += ms;
    },
    options: {
      signal: stop.signal,
      report: (state: AccountState) => void states.push(state),
      now: () => now,
      random: () => 0.5,
      wait: async (ms: number) => void waits.push(ms),
    },
  };
};

it("connects again with growing pauses, and from the start after a connection that lasted", async () => {
  const { stop, waits, states, pass, options } = setting();
  let attempts = 0;
  await keepConnected({
    ...options,
    async connect() {
      attempts += 1;
      if (attempts === 5) stop.abort();
      if (attempts < 3) throw new Error("refused");
      return {
        get closed() {
          if (attempts === 3) pass(120_000);
          return Promise.resolve();
        },
      };
    },
  });
  expect(waits).toEqual([2000, 3600, 2000, 3600]);
  expect(states[0]).toMatchObject({ connected: false, lastError: "refused", reconnectAttempts: 1 });
  expect(states.at(-1)).toEqual({ connected: false });
});

it("opens a connection again and again that is cut every ten seconds, an hour long", async () => {
  const { stop, waits, states, pass, options } = setting();
  let connections = 0;
  let at = 0;
  await keepConnected({
    ...options,
    wait: async (ms) => {
      waits.push(ms);
      pass(ms);
      at += ms;
    },
    async connect() {
      connections += 1;
      return {
        get closed() {
          pass(10_000);
          at += 10_000;
          if (at >= 3_600_000) stop.abort();
          return Promise.reject(new Error("cut"));
        },
      };
    },
  });
  expect(connections).toBeGreaterThan(80);
  expect(Math.max(...waits)).toBe(30_000);
  expect(states.filter(({ connected }) => connected)).toHaveLength(connections);
});

it("ends with an error that trying again cannot help", async () => {
  const { options, waits } = setting();
  const gone = new ChannelError("logged_out", "the telephone logged us out");
  await expect(keepConnected({ ...options, connect: () => Promise.reject(gone) })).rejects.toBe(gone);
  expect(waits).toEqual([]);
});

it("ends when the attempts are used up, and waits as long as the service asks", async () => {
  const { options, waits } = setting();
  const busy = new ChannelError("rate_limited", "busy", { retryAfterMs: 9000 });
  await expect(
    keepConnected({ ...options, policy: { maxAttempts: 2 }, connect: () => Promise.reject(busy) }),
  ).rejects.toBe(busy);
  expect(waits).toEqual([9000]);
});
