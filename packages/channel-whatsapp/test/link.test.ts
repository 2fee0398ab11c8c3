import fs from "node:fs";
import path from "node:path";
import { BufferJSON, initAuthCreds } from "baileys";
import { describe, expect, it } from "vitest";
import { openAuthFiles } from "../src/auth/auth-state.ts";
import { createFakeWhatsApp, type Fake, selfJid, writeCreds } from "./fake-whatsapp.ts";
import { createDevice, type DeviceSetup } from "./running-device.ts";

function beginLogin(fake: Fake, setup: DeviceSetup & { phoneNumber?: string; force?: boolean } = {}) {
  const device = createDevice(fake, { linked: false, ...setup });
  const qrs: string[] = [];
  const codes: string[] = [];
  const { login } = device.channel;
  if (login === undefined) throw new Error("the channel does not link");
  const stop = new AbortController();
  const result = login.login({
    ...device.input,
    account: device.account,
    force: setup.force ?? false,
    phoneNumber: setup.phoneNumber,
    log: device.context.log,
    signal: stop.signal,
    onQr: (qr) => void qrs.push(qr),
    onPairingCode: (code) => void codes.push(code),
  });
  return { device, login, qrs, codes, result, stop };
}

describe("linking a device", () => {
  it("shows the QR each time it changes, restarts the connection once after the scan, and is linked", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { device, qrs, result } = beginLogin(fake);
    await fake.connection(1);
    fake.later(() => fake.current().update({ qr: "one" }));
    fake.later(() => fake.current().update({ qr: "two" }));
    fake.later(() => fake.close(515, "restart required"));
    await fake.connection(2);
    expect(fake.sockets[0]?.ended).toBe(true);
    fake.later(() => fake.current().update({ connection: "open" }));
    expect(await result).toEqual({ linked: true, restarted: true, self: "+15550000000" });
    expect(qrs).toEqual(["one", "two"]);
    expect(device.lines[0]).toContain("Waiting for WhatsApp connection...");
    device.cleanUp();
  });

  it("asks for a code to type on the telephone instead, once", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { device, qrs, codes, result } = beginLogin(fake, { phoneNumber: "+1 555 000 0000" });
    await fake.connection(1);
    fake.later(() => fake.current().update({ qr: "one" }));
    await fake.until(() => fake.calls.find(({ name }) => name === "pairingCode"));
    fake.later(() => fake.current().update({ qr: "two" }));
    fake.later(() => fake.current().update({ connection: "open" }));
    expect(await result).toMatchObject({ linked: true });
    expect(fake.calls.filter(({ name }) => name === "pairingCode")).toEqual([
      { name: "pairingCode", what: "15550000000" },
    ]);
    expect([qrs, codes]).toEqual([[], ["ABCD1234"]]);
    device.cleanUp();
  });

  it("a number that is none is refused before anything is opened", async () => {
    const fake = createFakeWhatsApp();
    const { device, result } = beginLogin(fake, { phoneNumber: "my phone" });
    await expect(result).rejects.toMatchObject({ code: "invalid_target" });
    expect(fake.sockets).toEqual([]);
    device.cleanUp();
  });

  it("credentials of a device that was logged out are cleared", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { device, result } = beginLogin(fake, { linked: true });
    await fake.connection(1);
    fake.later(() => fake.close(401, "logged out"));
    expect(await result).toEqual({
      linked: false,
      reason: "logged_out",
      message: "Session logged out; cache cleared. Re-run login.",
    });
    expect(fs.existsSync(device.account.authDir)).toBe(false);
    device.cleanUp();
  });

  it("a QR nobody scans has expired; other ends are told with their status; a second restart is one", async () => {
    for (const [status, shown, expected] of [
      [408, true, { reason: "expired" }],
      [408, false, { reason: "failed", message: "status=408 closed" }],
      [503, true, { reason: "failed", message: "status=503 closed" }],
    ] as const) {
      const fake = createFakeWhatsApp({ opens: false });
      const { device, result } = beginLogin(fake);
      await fake.connection(1);
      if (shown) fake.later(() => fake.current().update({ qr: "one" }));
      fake.later(() => fake.close(status));
      expect(await result).toMatchObject({ linked: false, ...expected });
      device.cleanUp();
    }
    const fake = createFakeWhatsApp({ opens: false });
    const { device, result } = beginLogin(fake);
    for (const count of [1, 2]) {
      await fake.connection(count);
      fake.later(() => fake.close(515));
    }
    expect(await result).toMatchObject({ linked: false, message: "status=515 closed" });
    device.cleanUp();
  });

  it("ends when nobody waits for it any more", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { device, result, stop } = beginLogin(fake);
    await fake.connection(1);
    stop.abort();
    expect(await result).toMatchObject({ linked: false, message: "the login was given up" });
    expect(fake.current().ended).toBe(true);
    device.cleanUp();
  });

  it("anew keeps the old link until the new one is there, and leaves nothing of one that was given up", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { device, login, result } = beginLogin(fake, { linked: true, force: true });
    const beside = () => fs.readdirSync(path.dirname(device.account.authDir));
    await fake.connection(1);
    writeCreds(fake.current().authDir, "15557777777:1@s.whatsapp.net");
    expect(await login.linkedAs(device.account)).toBe("+15550000000");
    fake.later(() => fake.close(503));
    expect(await result).toMatchObject({ linked: false });
    expect(await login.linkedAs(device.account)).toBe("+15550000000");
    expect(beside()).toEqual([path.basename(device.account.authDir)]);
    const input = { ...device.input, account: device.account, log: device.context.log };
    const signal = new AbortController().signal;
    const second = login.login({ ...input, force: true, signal, onQr() {}, onPairingCode() {} });
    await fake.connection(2);
    writeCreds(fake.current().authDir, "15557777777:1@s.whatsapp.net");
    fake.later(() => fake.current().update({ connection: "open" }));
    expect(await second).toMatchObject({ linked: true });
    expect(await login.linkedAs(device.account)).toBe("+15557777777");
    expect(beside()).toEqual([path.basename(device.account.authDir)]);
    device.cleanUp();
  });
});

describe("forgetting a link", () => {
  it("removes keys and credentials, and nothing else of a folder that is shared", async () => {
    const device = createDevice(createFakeWhatsApp(), { linked: false });
    const shared = path.join(device.stateDir, "credentials");
    writeCreds(shared);
    for (const name of [
      "oauth.json",
      "telegram-pairing.json",
      "session-1.0.json",
      "pre-key-3.json",
      "creds.json.bak",
    ]) {
      fs.writeFileSync(path.join(shared, name), "{}");
    }
    const account = device.channel.accounts?.resolve(device.input);
    if (account === undefined) throw new Error("no account");
    expect(account).toMatchObject({ authDir: shared, sharedAuthDir: true });
    const logout = () => device.channel.login?.logout({ ...device.input, account, log: device.context.log });
    expect(await logout()).toEqual({ cleared: true, loggedOut: true });
    expect(fs.readdirSync(shared).sort()).toEqual(["oauth.json", "telegram-pairing.json"]);
    expect(await logout()).toEqual({ cleared: false, loggedOut: false });
    device.cleanUp();
  });
});

describe("keys and credentials", () => {
  const codec = { initAuthCreds, BufferJSON, readSyncKey: () => ({}) };
  const open = (dir: string, lines: string[] = []) => {
    const log = (text: string) => void lines.push(text);
    return openAuthFiles(dir, codec, { error: log, warn: log, info: log, debug: log });
  };

  it("come back as they were, readable by nobody else, the state before in the copy", async () => {
    const device = createDevice(createFakeWhatsApp(), { linked: false });
    const dir = path.join(device.stateDir, "auth");
    const files = await open(dir);
    await files.save();
    expect(fs.existsSync(path.join(dir, "creds.json.bak"))).toBe(false);
    const before = fs.readFileSync(path.join(dir, "creds.json"), "utf8");
    files.state.creds.me = { id: selfJid };
    const both = [files.save(), files.save()];
    await files.state.keys.set({
      session: { "1555.0:1": new Uint8Array([1, 2, 3]) },
      "lid-mapping": { gone: null, "1/2": "3" },
    });
    await Promise.all(both);
    expect(fs.readdirSync(dir).sort()).toEqual([
      "creds.json",
      "creds.json.bak",
      "lid-mapping-1__2.json",
      "session-1555.0-1.json",
    ]);
    for (const name of fs.readdirSync(dir)) expect(fs.statSync(path.join(dir, name)).mode & 0o777).toBe(0o600);
    expect(fs.statSync(dir).mode & 0o777).toBe(0o700);
    expect(JSON.parse(before)).not.toHaveProperty("me");

    const again = await open(dir);
    expect(again.state.creds.me).toEqual({ id: selfJid });
    expect(again.state.creds.noiseKey).toEqual(files.state.creds.noiseKey);
    const { "1555.0:1": key } = await again.state.keys.get("session", ["1555.0:1", "other"]);
    expect(Buffer.from(key ?? [])).toEqual(Buffer.from([1, 2, 3]));
    await again.state.keys.set({ session: { "1555.0:1": null } });
    expect(await again.state.keys.get("session", ["1555.0:1"])).toEqual({});
    device.cleanUp();
  });

  it("a creds.json that cannot be read is restored from its copy at the start, and never becomes the copy", async () => {
    const device = createDevice(createFakeWhatsApp(), { linked: false });
    const dir = path.join(device.stateDir, "auth");
    const files = await open(dir);
    files.state.creds.me = { id: selfJid };
    await files.save();
    await files.save();
    fs.writeFileSync(path.join(dir, "creds.json"), '{"noiseKey":');
    const lines: string[] = [];
    const again = await open(dir, lines);
    expect(again.state.creds.me).toEqual({ id: selfJid });
    expect(lines).toEqual(["creds.json could not be read and was restored from creds.json.bak"]);
    expect(JSON.parse(fs.readFileSync(path.join(dir, "creds.json"), "utf8")).me).toEqual({ id: selfJid });
    fs.writeFileSync(path.join(dir, "creds.json"), "");
    await again.save();
    expect(JSON.parse(fs.readFileSync(path.join(dir, "creds.json.bak"), "utf8")).me).toEqual({ id: selfJid });
    device.cleanUp();
  });

  it("an account whose creds.json is broken but has a copy counts as linked", async () => {
    const device = createDevice(createFakeWhatsApp());
    const { authDir } = device.account;
    fs.renameSync(path.join(authDir, "creds.json"), path.join(authDir, "creds.json.bak"));
    fs.writeFileSync(path.join(authDir, "creds.json"), "{");
    expect(await device.channel.accounts?.isConfigured?.(device.account)).toBe(true);
    expect(await device.channel.login?.linkedAs(device.account)).toBe("+15550000000");
    device.cleanUp();
  });
});
