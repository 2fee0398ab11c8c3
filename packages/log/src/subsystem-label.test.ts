import { expect, it } from "vitest";
import { subsystemLabel } from "./index.ts";
import { withoutOwnName } from "./subsystem-label.ts";

it.each([
  ["gateway/ws", "ws"],
  ["gateway", "gateway"],
  ["gateway/channels", "gateway/channels"],
  ["gateway/channels/telegram/send", "telegram"],
  ["channels/my-plugin/a/b", "my-plugin"],
  ["providers/openai", "openai"],
  ["a/b/c/d", "c/d"],
  ["agents", "agents"],
])("shows %s as %s", (subsystem, label) => {
  expect(subsystemLabel(subsystem)).toBe(label);
});

it.each([
  ["telegram: connected", "connected"],
  ["Telegram connected", "connected"],
  ["[telegram] connected", "connected"],
  ["channels/telegram: connected", "connected"],
  ["telegrams are old", "telegrams are old"],
  ["telegram", "telegram"],
  ["telegram: ", "telegram: "],
])("shortens the message %j to %j", (message, expected) => {
  expect(withoutOwnName(message, "channels/telegram")).toBe(expected);
});
