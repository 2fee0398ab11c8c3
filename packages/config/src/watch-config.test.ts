import { mkdirSync, renameSync, unlinkSync } from "node:fs";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { describe, expect, it } from "vitest";
import { type ConfigStore, openConfigStore } from "./config-store.ts";
import { ManualTimers, manualWatch } from "./testing/manual-timers.ts";
import { type TemporaryHome, temporaryHome } from "./testing/temporary-home.ts";

/** Reading a file and telling takes a few turns of the event loop, and no time. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Told = { changed: string[] } | { refused: string };

/** A store that is watched, and what its watcher told. */
async function watched(home: TemporaryHome, more: object = {}) {
  const timers = new ManualTimers();
  const manual = manualWatch();
  const lines: string[] = [];
  const log = { ...silentLog, warn: (text: string) => lines.push(text), info: (text: string) => lines.push(text) };
  const store: ConfigStore = await openConfigStore({
    paths: home.paths,
    env: home.env,
    timers,
    watchDirectory: manual.watchDirectory,
    log,
    ...more,
  });
  const told: Told[] = [];
  const stop = store.watch(
    (_next, changed) => told.push({ changed }),
    (_snapshot, refused) => told.push({ refused }),
  );
  /** Lets changes settle until the next thing is told. */
  const settle = async () => {
    const before = told.length;
    while (told.length === before) {
      manual.event();
      timers.advance(600);
      await nextTurn();
    }
    return told.at(-1);
  };
  return { store, timers, manual, told, lines, settle, stop };
}

describe("watching", () => {
  it("tells what changed once the debounce has passed since the last change", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const { store, timers, manual, told, settle, lines } = await watched(home);
    home.write("openclaw.json", "{ gateway: { port: 22 } }");
    manual.event();
    timers.advance(240);
    home.write("openclaw.json", "{ gateway: { port: 333 } }");
    manual.event();
    timers.advance(290);
    expect(told).toEqual([]);
    expect(await settle()).toEqual({ changed: ["gateway.port"] });
    expect(store.get("gateway.port")).toBe(333);
    expect(told).toHaveLength(1);
    expect(lines).toEqual(["config change detected; evaluating reload (gateway.port)"]);
  });

  it("takes the debounce of the configuration in force", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { reload: { debounceMs: 5000 } } }");
    const { timers, manual, told, settle } = await watched(home);
    home.write("openclaw.json", "{ gateway: { reload: { debounceMs: 10 } } }");
    manual.event();
    timers.advance(4900);
    expect(told).toEqual([]);
    expect(await settle()).toEqual({ changed: ["gateway.reload.debounceMs"] });
  });

  it("keeps what it has when the file turns invalid or vanishes, and goes on when it is back", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const { store, settle, lines } = await watched(home);
    home.write("openclaw.json", "{ gateway: { port: 'x' } }");
    expect(await settle()).toEqual({ refused: "invalid" });
    unlinkSync(home.paths.configPath);
    expect(await settle()).toEqual({ refused: "missing" });
    expect(store.get("gateway.port")).toBe(1);
    home.write("new.tmp", "{ gateway: { port: 7 } }");
    renameSync(path.join(home.paths.stateDir, "new.tmp"), home.paths.configPath);
    expect(await settle()).toEqual({ changed: ["gateway.port"] });
    expect(lines[0]).toBe(
      "config reload skipped (invalid config): gateway.port: Invalid input: expected number, received string",
    );
    expect(lines).toHaveLength(3);
  });

  it("tells own writes like any other, once", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const { store, settle, told } = await watched(home);
    await store.set("gateway.port", 5);
    expect(await settle()).toEqual({ changed: ["gateway.port", "meta.lastTouchedAt"] });
    expect(told).toHaveLength(1);
  });

  it("says nothing when the file is touched and stays the same", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const { store, timers, manual, settle, told } = await watched(home);
    manual.event();
    expect(timers.pending).toBe(0);
    home.write("openclaw.json", "{ gateway: { port: 1 } } // same");
    manual.event();
    timers.advance(600);
    while (store.snapshot().raw?.endsWith("// same") !== true) await nextTurn();
    home.write("openclaw.json", "{ gateway: { port: 2 } }");
    await settle();
    expect(told).toEqual([{ changed: ["gateway.port"] }]);
  });

  it("follows included files and their directories, unless told not to", async () => {
    const home = temporaryHome();
    home.write("parts/a.json5", "{ port: 1 }");
    home.write("openclaw.json", "{ gateway: { $include: 'parts/a.json5' } }");
    const { store, manual, settle } = await watched(home);
    expect(manual.directories()).toEqual([home.paths.stateDir, path.join(home.paths.stateDir, "parts")]);
    home.write("parts/a.json5", "{ port: 22 }");
    expect(await settle()).toEqual({ changed: ["gateway.port"] });
    home.write("openclaw.json", "{ gateway: { port: 333 } }");
    await settle();
    expect(store.get("gateway.port")).toBe(333);
    expect(manual.directories()).toEqual([home.paths.stateDir]);

    home.write("openclaw.json", "{ gateway: { $include: 'parts/a.json5' } }");
    const alone = await watched(home, { watchIncludes: false });
    expect(alone.manual.directories()).toEqual([home.paths.stateDir]);
  });

  it("waits for a directory that does not exist yet", async () => {
    const home = temporaryHome();
    const { manual, settle } = await watched(home);
    expect(manual.directories()).toEqual([home.home]);
    mkdirSync(home.paths.stateDir);
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    expect(await settle()).toEqual({ changed: ["gateway.port"] });
    expect(manual.directories()).toEqual([home.paths.stateDir]);
  });

  it("does not put a configuration in force that switches reloading off", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const { store, settle } = await watched(home);
    home.write("openclaw.json", "{ gateway: { port: 2, reload: { mode: 'off' } } }");
    expect(await settle()).toEqual({ changed: ["gateway.port", "gateway.reload.mode"] });
    expect(store.get("gateway.port")).toBe(1);
  });

  it("ends with one warning when the watcher fails, and with silence when it is stopped", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const failing = await watched(home);
    failing.manual.fail(new Error("no space left for watches"));
    expect(failing.lines).toEqual(["config watcher error: Error: no space left for watches"]);
    expect(failing.manual.directories()).toEqual([]);

    const { stop, manual, timers, store } = await watched(home);
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    manual.event();
    stop();
    expect(timers.pending).toBe(0);
    expect(manual.directories()).toEqual([]);
    store.watch(() => undefined);
    await store.close();
    expect(manual.directories()).toEqual([]);
  });
});

it("hears of a change from the real file system", async () => {
  const home = temporaryHome();
  home.write("openclaw.json", "{ gateway: { reload: { debounceMs: 0 } } }");
  const store = await openConfigStore({ paths: home.paths, env: home.env });
  const changed = new Promise<string[]>((resolve) => {
    store.watch((_next, paths) => resolve(paths));
  });
  await store.set("gateway.port", 9);
  expect(await changed).toContain("gateway.port");
  await store.close();
});

it("tells of a change that was made before it was asked to watch", async () => {
  const home = temporaryHome();
  home.write("openclaw.json", "{ gateway: { port: 1 } }");
  const timers = new ManualTimers();
  const { watchDirectory } = manualWatch();
  const store = await openConfigStore({ paths: home.paths, env: home.env, timers, watchDirectory });
  home.write("openclaw.json", "{ gateway: { port: 2 } }");
  const told: string[][] = [];
  const stop = store.watch((_next, changed) => told.push(changed));
  timers.advance(600);
  while (told.length === 0) await nextTurn();
  expect(told).toEqual([["gateway.port"]]);
  stop();
});

it("watches a directory that was replaced by another of its name", async () => {
  const home = temporaryHome();
  home.write("openclaw.json", "{ gateway: { port: 1 } }");
  const { settle, manual } = await watched(home);
  const first = manual.directories();
  renameSync(home.paths.stateDir, `${home.paths.stateDir}-old`);
  home.write("openclaw.json", "{ gateway: { port: 2 } }");
  const before = manual.armed();
  expect(await settle()).toEqual({ changed: ["gateway.port"] });
  expect(manual.directories()).toEqual(first);
  expect(manual.armed()).toBe(before + 1);
});
