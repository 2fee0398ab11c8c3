import type { ConfigSnapshot, ConfigStore, OpenClawConfig } from "@openclaw/config";
import { changedPaths } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { expect, it } from "vitest";
import { createHotReload } from "./hot-reload.ts";
import { watchConfig } from "./watch-config.ts";

/** A watched configuration that a test changes, and what came of it. */
function watched(first: OpenClawConfig, env: NodeJS.ProcessEnv = {}) {
  let current = first;
  let tell: (next: ConfigSnapshot, paths: string[]) => void = () => {};
  const configStore = {
    snapshot: () => ({ config: current }),
    watch(onChange: typeof tell) {
      tell = onChange;
      return () => {};
    },
  } as unknown as ConfigStore;
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  const log = { ...silentLog, info: add, warn: add, error: add };
  const hotReload = createHotReload({ env, log });
  const done: string[] = [];
  const restarts: string[] = [];
  let settled: (() => void) | undefined;
  watchConfig({
    configStore,
    hotReload,
    declared: () => [],
    applied() {
      done.push("applied");
      settled?.();
    },
    requestRestart: ({ reason }) => restarts.push(reason),
    log,
  });
  return {
    hotReload,
    done,
    restarts,
    text: () => lines.join("\n"),
    /** Changes the file; resolves when it was applied. */
    async change(next: OpenClawConfig, applied = true) {
      const paths = changedPaths(current, next);
      current = next;
      const wait = new Promise<void>((resolve) => {
        settled = resolve;
      });
      tell({ config: next } as ConfigSnapshot, paths);
      if (applied) await wait;
      await new Promise((turn) => setImmediate(turn));
    },
  };
}

it("carries out what a change needs, then refreshes what reads the configuration", async () => {
  const { hotReload, done, restarts, text, change } = watched({});
  hotReload.on("cron", () => void done.push("cron"));
  hotReload.on("channel", (channel) => void done.push(`channel ${channel}`));
  await change({ cron: { maxConcurrentRuns: 3 }, channels: { telegram: {} }, messages: { ackReaction: "x" } } as never);
  expect(done).toEqual(["cron", "channel telegram", "applied"]);
  expect(text()).toContain("restarting telegram channel");
  expect(text()).toContain("config hot reload applied (cron.maxConcurrentRuns, channels.telegram)");
  expect(text()).toContain("config change applied (dynamic reads: messages.ackReaction)");
  expect(restarts).toEqual([]);
});

it("does not touch hooks when only messages change", async () => {
  const mappings = { hooks: { mappings: [{ id: "a" }] } } as never as OpenClawConfig;
  const { hotReload, done, change } = watched(mappings);
  hotReload.on("hooks", () => void done.push("hooks"));
  await change({ ...mappings, messages: { ackReaction: "x" } });
  expect(done).toEqual(["applied"]);
});

it("hot mode: reloads cron, warns of the bind, restarts nothing", async () => {
  const hot = { gateway: { reload: { mode: "hot" as const } } };
  const { hotReload, done, restarts, text, change } = watched(hot);
  hotReload.on("cron", () => void done.push("cron"));
  await change({ gateway: { ...hot.gateway, bind: "lan" }, cron: { enabled: false } });
  expect(done).toEqual(["cron", "applied"]);
  expect(text()).toContain("config reload requires gateway restart; hot mode ignoring (gateway.bind)");
  expect(restarts).toEqual([]);
});

it("hybrid mode: one path that needs a restart is enough", async () => {
  const { hotReload, done, restarts, text, change } = watched({});
  hotReload.on("cron", () => void done.push("cron"));
  await change({ gateway: { port: 1 }, cron: { enabled: false } }, false);
  expect([done, restarts]).toEqual([[], ["config"]]);
  expect(text()).toContain("config change requires gateway restart (gateway.port)");
});

it("a change taken back before the restart needs none", async () => {
  const { done, restarts, text, change } = watched({});
  await change({ gateway: { port: 1 } }, false);
  await change({});
  expect([done, restarts]).toEqual([["applied"], ["config"]]);
  expect(text()).toContain("config change applied (dynamic reads: gateway.port)");
});

it("restart mode restarts for everything, off for nothing", async () => {
  const restart = watched({});
  await restart.change({ gateway: { reload: { mode: "restart" } }, ui: { seamColor: "#fff" } } as never, false);
  expect(restart.restarts).toEqual(["config"]);
  const off = watched({});
  await off.change({ gateway: { reload: { mode: "off" }, port: 3 } }, false);
  expect([off.restarts, off.done]).toEqual([[], []]);
  expect(off.text()).toContain("config reload disabled (gateway.reload.mode=off)");
});

it("restarts for an area that does not take over changes by itself", async () => {
  const { restarts, change } = watched({});
  await change({ browser: { enabled: true } }, false);
  expect(restarts).toEqual(["config"]);
});

it("one area that fails keeps its old configuration, and the others go on", async () => {
  const { hotReload, done, text, change } = watched({});
  hotReload.on("hooks", () => {
    throw new Error("hooks.path may not be '/'");
  });
  hotReload.on("cron", () => void done.push("cron"));
  await change({ hooks: { path: "/" }, cron: { enabled: false } } as never);
  expect(text()).toContain("hooks config reload failed: hooks.path may not be '/'");
  expect(done).toEqual(["cron", "applied"]);
});

it("leaves channels alone when the environment says so", async () => {
  const { hotReload, done, text, change } = watched({}, { OPENCLAW_SKIP_PROVIDERS: "1" });
  hotReload.on("channel", (channel) => void done.push(channel));
  await change({ channels: { telegram: {} } });
  expect(done).toEqual(["applied"]);
  expect(text()).toContain("skipping channel reload (OPENCLAW_SKIP_CHANNELS=1 or OPENCLAW_SKIP_PROVIDERS=1)");
});
