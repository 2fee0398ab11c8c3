import { describe, expect, it } from "vitest";
import { defaultSettings, loadSettings, SETTINGS_KEY, saveSettings } from "../src/settings/settings.ts";

function storage(initial?: string) {
  const values = new Map(initial === undefined ? [] : [[SETTINGS_KEY, initial]]);
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

describe("settings", () => {
  it.each([undefined, "", "{", "[]", "5", "null", '{"theme":7,"token":{},"navCollapsed":"yes"}'])(
    "have defaults for %s",
    (text) => {
      expect(loadSettings(storage(text))).toEqual(defaultSettings);
    },
  );

  it("come back as they were saved, under the key of earlier releases", () => {
    const store = storage();
    const settings = {
      ...defaultSettings,
      token: "t",
      sessionKey: "agent:main:x",
      theme: "dark" as const,
      chatShowTools: false,
    };
    expect(saveSettings(store, settings)).toBe(true);
    expect([...store.values.keys()]).toEqual(["openclaw.control.settings.v1"]);
    expect(loadSettings(store)).toEqual(settings);
  });

  it("leave what other releases stored under the same key", () => {
    const store = storage(
      '{"gatewayUrl":"ws://127.0.0.1:18789","splitRatio":0.6,"token":"old","lastActiveSessionKey":"agent:main:y"}',
    );
    const settings = loadSettings(store);
    expect(settings).toMatchObject({ token: "old", sessionKey: "agent:main:y" });
    saveSettings(store, { ...settings, token: "new" });
    expect(JSON.parse(store.values.get(SETTINGS_KEY) ?? "")).toMatchObject({
      gatewayUrl: "ws://127.0.0.1:18789",
      splitRatio: 0.6,
      token: "new",
    });
  });

  it("survive a browser that does not store", () => {
    const full = {
      getItem: () => null,
      setItem() {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(saveSettings(full, defaultSettings)).toBe(false);
  });
});
