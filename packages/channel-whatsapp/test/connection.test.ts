import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closedWith, createFakeWhatsApp, message } from "./fake-whatsapp.ts";
import { createDevice, startDevice } from "./running-device.ts";

describe("the connection of a linked device", () => {
  it("is shown as open with the number it is linked to, and tells the main session", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    expect(device.state()).toMatchObject({
      connected: true,
      linked: true,
      reconnectAttempts: 0,
      self: { id: "+15550000000", e164: "+15550000000" },
    });
    expect(device.notes).toMatchObject([{ kind: "system", text: "WhatsApp gateway connected as +15550000000." }]);
    expect(fake.calls[0]).toMatchObject({ name: "presence", what: "available" });
  });

  it("is opened again after a pause when it was closed, and counts the attempts", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.close(428, "Connection Terminated");
    await fake.connection(2);
    expect(device.pauses).toEqual([2000]);
    await device.until(() => device.state().connected === true && device.state().reconnectAttempts === 1);
    expect(device.state().lastDisconnect).toMatchObject({ status: 428 });
    expect(device.notes.map(({ text }) => text)).toContain("WhatsApp gateway disconnected (status 428)");
  });

  it("is not opened again once the telephone has logged it out", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.close(401, "Connection Failure");
    await expect(device.running.closed).rejects.toMatchObject({
      permanent: true,
      code: "logged_out",
      message: expect.stringContaining("Not linked"),
    });
    expect(device.state()).toMatchObject({ connected: false, lastDisconnect: { status: 401, loggedOut: true } });
    expect(fake.sockets).toHaveLength(1);
  });

  it("waits longer each time as `web.reconnect` says, and gives up after its attempts", async () => {
    const fake = createFakeWhatsApp();
    fake.goDown(closedWith(408, "timed out"));
    const web = { reconnect: { initialMs: 1000, factor: 2, jitter: 0, maxMs: 3000, maxAttempts: 4 } };
    const device = createDevice(fake, { web });
    await expect(device.start()).rejects.toMatchObject({
      permanent: true,
      message: "WhatsApp Web reconnect: max attempts reached (4/4). Stopping web monitoring.",
    });
    expect(device.pauses).toEqual([1000, 2000, 3000]);
    device.cleanUp();
  });

  it("spreads its pauses as `web.reconnect.jitter` says", async () => {
    const fake = createFakeWhatsApp();
    fake.goDown(closedWith(408, "timed out"));
    const web = { reconnect: { initialMs: 1000, factor: 2, jitter: 0.5, maxMs: 9000, maxAttempts: 3 } };
    const device = createDevice(fake, { web, random: () => 0.25 });
    await expect(device.start()).rejects.toMatchObject({ permanent: true });
    expect(device.pauses).toEqual([750, 1500]);
    device.cleanUp();
  });

  it("ends at once when the account is stopped while it is being opened", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const device = createDevice(fake);
    const starting = device.start();
    await fake.connection(1);
    device.abort();
    await expect(starting).rejects.toThrow("the account was stopped");
    expect(fake.current().ended).toBe(true);
    device.cleanUp();
  });

  it("is opened anew with status 499 when messages came and then none for half an hour", async () => {
    let now = Date.parse("2026-02-10T12:00:00Z");
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { now: () => now });
    const look = () => device.timers.find(({ ms }) => ms === 60_000)?.run();
    now += 31 * 60_000;
    look();
    expect(fake.sockets).toHaveLength(1);
    fake.write(message("hello", { at: now }));
    await device.next();
    now += 31 * 60_000;
    look();
    await fake.connection(2);
    await device.until(() => device.state().lastDisconnect?.status === 499);
  });

  it("is opened anew when the library leaves a failure of its keys unhandled", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    const failure = new Error("Bad MAC");
    failure.stack = "Error: Bad MAC\n    at verifyMAC (/node_modules/libsignal/src/crypto.js:1:1)";
    process.emit("unhandledRejection", failure, Promise.resolve());
    await fake.connection(2);
    await device.until(() => device.state().lastDisconnect?.status === 499);
  });

  it("begins anew to count after it lived longer than `web.heartbeatSeconds`", async () => {
    let now = Date.parse("2026-02-10T12:00:00Z");
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { now: () => now, web: { heartbeatSeconds: 5 } });
    expect(device.timers.map(({ ms }) => ms)).toEqual([60_000, 5000]);
    fake.close(428);
    await fake.connection(2);
    await device.until(() => device.state().connected === true && device.state().reconnectAttempts === 1);
    now += 6000;
    fake.close(428);
    await fake.connection(3);
    expect(device.pauses).toEqual([2000, 2000]);
  });

  it("that is cut every ten seconds is opened again until the attempts are used up: none lasted long enough", async () => {
    let now = Date.parse("2026-02-10T12:00:00Z");
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { now: () => now, web: { reconnect: { maxAttempts: 4, jitter: 0 } } });
    for (const count of [2, 3, 4]) {
      now += 10_000;
      fake.write(message(`before cut ${count - 1}`, { at: now }));
      expect((await device.next()).text).toBe(`before cut ${count - 1}`);
      fake.close(428);
      await fake.connection(count);
      await device.until(() => device.state().connected === true && device.state().reconnectAttempts === count - 1);
    }
    expect(device.pauses).toEqual([2000, 3600, 6480]);
    now += 10_000;
    fake.close(428);
    await expect(device.running.closed).rejects.toMatchObject({ message: expect.stringContaining("(4/4)") });
  });

  it("is not tried without credentials", async () => {
    const fake = createFakeWhatsApp();
    const device = createDevice(fake, { linked: false });
    await expect(device.start()).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(/^Not linked/),
    });
    expect(fake.sockets).toEqual([]);
    expect(existsSync(device.account.authDir)).toBe(false);
    device.cleanUp();
  });

  it("has no listener while it is away: what is sent then is refused for now", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { pause: () => new Promise(() => {}) });
    fake.close(428);
    await device.until(() => device.pauses.length === 1);
    await expect(device.send({ text: "hello" })).rejects.toMatchObject({
      permanent: false,
      message:
        "No active WhatsApp Web listener (account: default). Start the gateway, then link WhatsApp with: openclaw channels login --channel whatsapp --account default.",
    });
  });
});
