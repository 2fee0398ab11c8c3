import { mergePatch, type OpenClawConfig } from "@openclaw/config";
import { describe, expect, it } from "vitest";
import { accountPatch, disablePatch, removePatch } from "./account-patch.ts";

const place = { channelId: "telegram" };
const singly = { channelId: "whatsapp", switchedSingly: true };
const after = (section: unknown, patch: (config: OpenClawConfig) => object, id = "telegram") => {
  const config = { channels: section === undefined ? {} : { [id]: section } } as OpenClawConfig;
  return (mergePatch(config, patch(config)) as { channels: Record<string, unknown> }).channels[id];
};

describe("an account's keys", () => {
  const add = (section: unknown, accountId: string) =>
    after(section, (config) => accountPatch(config, place, accountId, { botToken: "n" }));

  it("stand in the section while it is the only one, and below the accounts otherwise", () => {
    expect(add(undefined, "default")).toEqual({ enabled: true, botToken: "n" });
    expect(add({ accounts: { work: {} } }, "default")).toEqual({
      accounts: { work: {}, default: { enabled: true, botToken: "n" } },
    });
    expect(add(undefined, "work")).toEqual({ accounts: { work: { enabled: true, botToken: "n" } } });
  });

  it("of a second one leave the first what it has, its name too", () => {
    expect(add({ botToken: "b" }, "work")).toEqual({
      botToken: "b",
      accounts: { default: {}, work: { enabled: true, botToken: "n" } },
    });
    expect(add({ botToken: "b", name: "Home" }, "work")).toEqual({
      botToken: "b",
      accounts: { default: { name: "Home" }, work: { enabled: true, botToken: "n" } },
    });
  });

  it("go to the account under whatever spelling it stands, and a channel that was off is on again", () => {
    expect(add({ enabled: false, accounts: { Work: { name: "W" } } }, "work")).toEqual({
      enabled: true,
      accounts: { Work: { name: "W", enabled: true, botToken: "n" } },
    });
  });

  it("switch nothing on where the section has no switch of its own", () => {
    const patch = (accountId: string) => (config: OpenClawConfig) =>
      accountPatch(config, singly, accountId, { dmPolicy: "pairing" });
    expect(after(undefined, patch("default"), "whatsapp")).toEqual({ dmPolicy: "pairing" });
    expect(after({ accounts: { default: {} } }, patch("default"), "whatsapp")).toEqual({
      accounts: { default: { enabled: true, dmPolicy: "pairing" } },
    });
  });
});

describe("an account that goes", () => {
  it("is switched off where it stands", () => {
    expect(after({ botToken: "b" }, (config) => disablePatch(config, place, "default"))).toMatchObject({
      enabled: false,
    });
    const off = (config: OpenClawConfig) => disablePatch(config, singly, "default");
    expect(after({ dmPolicy: "pairing" }, off, "whatsapp")).toEqual({
      dmPolicy: "pairing",
      accounts: { default: { enabled: false } },
    });
  });

  it("takes its own keys with it, and the section when nothing is left in it", () => {
    const remove = (section: unknown, id: string) => after(section, (config) => removePatch(config, "telegram", id));
    expect(remove({ botToken: "b" }, "default")).toBeUndefined();
    expect(remove({ enabled: true, accounts: { work: {} } }, "work")).toBeUndefined();
    expect(remove({ botToken: "b", accounts: { work: {} } }, "work")).toEqual({ botToken: "b" });
    expect(remove({ accounts: { a: {}, b: {} } }, "a")).toEqual({ accounts: { b: {} } });
  });
});
