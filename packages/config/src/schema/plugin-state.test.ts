import { expect, it } from "vitest";
import type { PluginManifest } from "../manifests.ts";
import { pluginStates } from "./plugin-state.ts";

const plugin = (id: string, more: Partial<PluginManifest> = {}): PluginManifest => ({
  id,
  source: `/p/${id}`,
  ...more,
});
const memory = (id: string) => plugin(id, { kind: "memory" });

function stateOf(manifest: PluginManifest, config: Parameters<typeof pluginStates>[1]) {
  const state = pluginStates([manifest], config).get(manifest.id);
  return state?.enabled ? "on" : state?.reason;
}

it("lets external plugins run and keeps most bundled ones off", () => {
  expect(stateOf(plugin("dice", { origin: "global" }), {})).toBe("on");
  expect(stateOf(plugin("dice", { origin: "bundled" }), {})).toBe("bundled (disabled by default)");
  expect(stateOf(plugin("device-pair", { origin: "bundled" }), {})).toBe("on");
  expect(stateOf(plugin("dice", { origin: "bundled", enabledByDefault: true }), {})).toBe("on");
});

it("starts a bundled channel plugin because its section exists, unless it is switched off", () => {
  const line = plugin("line", { origin: "bundled", channels: ["line"] });
  expect(stateOf(line, { channels: { line: {} } })).toBe("on");
  expect(stateOf(line, { channels: { line: {} }, plugins: { entries: { line: { enabled: false } } } })).toBe(
    "disabled in config",
  );
});

it("takes the first reason that applies", () => {
  const config = { plugins: { enabled: false, deny: ["dice"], allow: ["x"] } };
  expect(stateOf(plugin("dice"), config)).toBe("plugins disabled");
});

it("gives the memory slot to one plugin", () => {
  expect(stateOf(memory("memory-core"), {})).toBe("on");
  expect(stateOf(memory("memory-lancedb"), {})).toBe('memory slot set to "memory-core"');
  expect(stateOf(memory("memory-core"), { plugins: { slots: { memory: "None" } } })).toBe("memory slot disabled");
  expect(stateOf(memory("memory-lancedb"), { plugins: { slots: { memory: "memory-lancedb" } } })).toBe("on");
  expect(stateOf(plugin("multi", { kind: ["memory", "x"] }), { plugins: { slots: { memory: "multi" } } })).toBe("on");
});

it("keeps the first of two plugins with one id", () => {
  const states = pluginStates([plugin("dice"), plugin("dice", { origin: "bundled" })], {});
  expect(states.get("dice")).toEqual({ enabled: true });
});
