import path from "node:path";
import { ChannelError } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { readWebSettings } from "../src/account/web-settings.ts";
import { whatsappChannel } from "../src/index.ts";
import { createFakeWhatsApp, tempDir, writeCreds } from "./fake-whatsapp.ts";
import { createDevice } from "./running-device.ts";

describe("accounts", () => {
  it("keep their credentials by their ids, or where `authDir` says", () => {
    const at = (accountId: string, section = {}) => {
      const device = createDevice(createFakeWhatsApp(), { linked: false, accountId, section, stateDir: "/state" });
      return device.account.authDir;
    };
    expect(at("work")).toBe("/state/credentials/whatsapp/work");
    expect(at("work", { accounts: { work: { authDir: "/elsewhere/x" } } })).toBe("/elsewhere/x");
  });

  it("without credentials are not linked; with `web.enabled` off they are disabled", async () => {
    const unlinked = createDevice(createFakeWhatsApp(), { linked: false });
    const { accounts } = unlinked.channel;
    expect(await accounts?.isConfigured?.(unlinked.account)).toBe(false);
    expect(accounts?.unconfiguredReason?.(unlinked.account)).toBe("not linked");
    const off = createDevice(createFakeWhatsApp(), { web: { enabled: false } });
    expect(await accounts?.isConfigured?.(off.account)).toBe(false);
    expect(accounts?.unconfiguredReason?.(off.account)).toBe("disabled");
    unlinked.cleanUp();
    off.cleanUp();
  });

  it("take another server only on this machine", () => {
    const resolve = (url: string) =>
      whatsappChannel.accounts?.resolve({
        accountId: "default",
        config: {},
        section: {},
        shared: { web: undefined, maxConcurrentRuns: 1, assistantName: undefined },
        env: { OPENCLAW_WHATSAPP_WEB_SOCKET_URL: url },
        stateDir: "/state",
      });
    expect(resolve("ws://127.0.0.1:9/ws")?.socketUrl).toBe("ws://127.0.0.1:9/ws");
    expect(() => resolve("ws://example.com/ws")).toThrow("OPENCLAW_WHATSAPP_WEB_SOCKET_URL");
  });
});

describe("the section `web`", () => {
  it("has the documented defaults", () => {
    expect(readWebSettings(undefined)).toEqual({
      enabled: true,
      heartbeatMs: 60_000,
      reconnect: { initialMs: 2000, maxMs: 30_000, factor: 1.8, jitter: 0.25, maxAttempts: 12, stableMs: 60_000 },
    });
  });

  it("counts as the nearest allowed value where one is out of bounds", () => {
    const reconnect = { initialMs: 1, maxMs: 2, factor: 99, jitter: 7, maxAttempts: -3 };
    expect(readWebSettings({ reconnect }).reconnect).toMatchObject({
      initialMs: 250,
      maxMs: 250,
      factor: 10,
      jitter: 1,
      maxAttempts: 0,
    });
    expect(readWebSettings({ reconnect: { factor: 0.1, jitter: -1 } }).reconnect).toMatchObject({
      factor: 1.1,
      jitter: 0,
    });
  });
});

describe("targets", () => {
  const { targets } = whatsappChannel;
  const parse = (raw: string) => targets?.parse(raw, {});

  it("are numbers, addresses and groups", () => {
    expect(parse("+1 555 123 4567")).toEqual({ to: "+15551234567", kind: "user" });
    expect(parse("15551234567")).toEqual({ to: "+15551234567", kind: "user" });
    expect(parse("whatsapp:+15551234567")).toEqual({ to: "+15551234567", kind: "user" });
    expect(parse("15551234567:4@s.whatsapp.net")).toEqual({ to: "+15551234567", kind: "user" });
    expect(parse("777@lid")).toEqual({ to: "777@lid", kind: "user" });
    expect(parse("1203-456@g.us")).toEqual({ to: "1203-456@g.us", kind: "group" });
    expect(parse("whatsapp:120363@g.us")).toEqual({ to: "120363@g.us", kind: "group" });
    expect(parse("family")).toBeUndefined();
    expect(() => parse("me@example.com")).toThrow(ChannelError);
  });

  it("nobody named are groups and listed numbers alone", () => {
    const allow = (to: string, allowFrom?: string[]) => targets?.allowUnnamed?.(to, { allowFrom });
    expect(allow("+15551234567", ["+15551234567"])).toBe("+15551234567");
    expect(allow("+15559999999", ["whatsapp:+1 555 123 4567"])).toBe("+15551234567");
    expect(allow("1203@g.us", ["+15551234567"])).toBe("1203@g.us");
    expect(allow("+15559999999", ["*"])).toBe("+15559999999");
  });
});

describe("lists", () => {
  it("name people by number however it is written", () => {
    const entry = (text: string) => whatsappChannel.access?.normalizeEntry?.(text);
    for (const text of ["+15551234567", "15551234567", "whatsapp:+1 (555) 123-4567", "15551234567@s.whatsapp.net"]) {
      expect(entry(text)).toBe("+15551234567");
    }
    expect(entry("1203@G.US")).toBe("1203@g.us");
  });
});

describe("status", () => {
  const { status } = whatsappChannel;

  it("tells who the link belongs to, how old it is, and why heartbeats cannot go out", async () => {
    const device = createDevice(createFakeWhatsApp());
    const { account } = device;
    expect(status?.describe?.(account)).toMatchObject({ linked: true });
    const summary = await status?.summary?.({}, account);
    expect(summary).toMatchObject({
      authAgeMs: expect.any(Number),
      self: { e164: "+15550000000", jid: "15550000000:1@s.whatsapp.net" },
    });
    const problem = (row: object) => status?.heartbeatProblem?.({ ...row }, account);
    expect(problem({ enabled: false })).toBe("whatsapp-disabled");
    expect(problem({ running: false })).toBe("whatsapp-not-running");
    expect(problem({ running: true, connected: true })).toBeUndefined();
    device.cleanUp();
    expect(problem({ running: true })).toBe("whatsapp-not-linked");
  });

  it("names what is wrong and what to do", () => {
    const device = createDevice(createFakeWhatsApp());
    const issues = (row: object) => status?.issues?.({ ...row }, device.account);
    expect(issues({ running: true, connected: true })).toEqual([]);
    expect(issues({ running: true, connected: false, reconnectAttempts: 3, lastError: "closed (status 428)" })).toEqual(
      [
        {
          kind: "runtime",
          message: "Linked but disconnected (reconnectAttempts=3): closed (status 428)",
          fix: expect.stringContaining("openclaw doctor"),
        },
      ],
    );
    const notLinked = { kind: "auth", message: "Not linked (no WhatsApp Web session)." };
    expect(issues({ running: false, lastDisconnect: { loggedOut: true } })).toMatchObject([notLinked]);
    device.cleanUp();
    expect(issues({ running: false })).toMatchObject([
      { ...notLinked, fix: expect.stringContaining("openclaw channels login") },
    ]);
  });

  it("a folder of old counts until the account has its own", () => {
    const stateDir = tempDir();
    const authDir = () => createDevice(createFakeWhatsApp(), { stateDir, linked: false }).account.authDir;
    writeCreds(path.join(stateDir, "credentials"));
    expect(authDir()).toBe(path.join(stateDir, "credentials"));
    writeCreds(path.join(stateDir, "credentials", "whatsapp", "default"));
    expect(authDir()).toBe(path.join(stateDir, "credentials", "whatsapp", "default"));
  });
});
