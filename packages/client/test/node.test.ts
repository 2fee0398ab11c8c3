import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileDeviceTokens, loadDeviceIdentity } from "@openclaw/client/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let stateDir: string;
beforeEach(() => {
  stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-client-"));
});
afterEach(() => fs.rmSync(stateDir, { recursive: true, force: true }));

const identityFile = () => path.join(stateDir, "identity", "device.json");
const tokensFile = () => path.join(stateDir, "identity", "device-auth.json");
const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8"));
const asides = () => fs.readdirSync(path.dirname(identityFile())).filter((name) => name.includes(".corrupt-"));

describe("loadDeviceIdentity", () => {
  it("creates a key once, privately, and signs with it", async () => {
    const first = loadDeviceIdentity(stateDir, () => 42);
    const second = loadDeviceIdentity(stateDir);
    expect(second.deviceId).toBe(first.deviceId);
    expect(first.deviceId).toBe(
      crypto.createHash("sha256").update(Buffer.from(first.publicKey, "base64url")).digest("hex"),
    );
    expect(fs.statSync(identityFile()).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.dirname(identityFile())).mode & 0o777).toBe(0o700);
    expect(read(identityFile())).toMatchObject({ version: 1, deviceId: first.deviceId, createdAtMs: 42 });
    expect(fs.readdirSync(path.dirname(identityFile()))).toEqual(["device.json"]);

    const signature = Buffer.from(await second.sign("text"), "base64url");
    expect(crypto.verify(null, Buffer.from("text"), read(identityFile()).publicKeyPem, signature)).toBe(true);
  });

  it("corrects a device id that does not fit the key", () => {
    const { deviceId } = loadDeviceIdentity(stateDir);
    fs.writeFileSync(identityFile(), JSON.stringify({ ...read(identityFile()), deviceId: "f".repeat(64) }));
    expect(loadDeviceIdentity(stateDir).deviceId).toBe(deviceId);
    expect(read(identityFile()).deviceId).toBe(deviceId);
  });

  it.each([
    ["text that is not JSON", "{"],
    ["a list", "[]"],
    ["no keys", "{}"],
    ["an unreadable key", JSON.stringify({ deviceId: "x", publicKeyPem: "x", privateKeyPem: "x" })],
  ])("moves a file with %s aside and makes a new identity", (_name, text) => {
    fs.mkdirSync(path.dirname(identityFile()));
    fs.writeFileSync(identityFile(), text);
    const { deviceId } = loadDeviceIdentity(stateDir, () => 7);
    expect(asides()).toEqual(["device.json.corrupt-7"]);
    expect(fs.readFileSync(path.join(path.dirname(identityFile()), "device.json.corrupt-7"), "utf8")).toBe(text);
    expect(loadDeviceIdentity(stateDir).deviceId).toBe(deviceId);
  });
});

describe("fileDeviceTokens", () => {
  const token = { token: "t", role: "operator", scopes: ["operator.read"], updatedAtMs: 1 };

  it("keeps one token per role, privately, and forgets it on request", async () => {
    const tokens = fileDeviceTokens(stateDir);
    expect(await tokens.get("device", "operator")).toBeUndefined();
    await tokens.set("device", token);
    await tokens.set("device", { ...token, role: "node", token: "n" });
    expect(await fileDeviceTokens(stateDir).get("device", "operator")).toEqual(token);
    expect(fs.statSync(tokensFile()).mode & 0o777).toBe(0o600);
    expect(read(tokensFile())).toMatchObject({ version: 1, deviceId: "device" });
    await tokens.delete("device", "operator");
    expect(await tokens.get("device", "operator")).toBeUndefined();
    expect(await tokens.get("device", "node")).toMatchObject({ token: "n" });
  });

  it("ignores tokens of another device and replaces them", async () => {
    const tokens = fileDeviceTokens(stateDir);
    await tokens.set("old", token);
    expect(await tokens.get("new", "operator")).toBeUndefined();
    await tokens.set("new", { ...token, token: "t2" });
    expect(await tokens.get("new", "operator")).toMatchObject({ token: "t2" });
    expect(await tokens.get("old", "operator")).toBeUndefined();
  });

  it("does not rewrite the file for a token it has", async () => {
    const tokens = fileDeviceTokens(stateDir);
    await tokens.set("device", token);
    const before = fs.statSync(tokensFile()).ino;
    await tokens.set("device", { ...token, updatedAtMs: 2 });
    expect(fs.statSync(tokensFile()).ino).toBe(before);
  });

  it("takes a corrupt file for an empty one and keeps it aside", async () => {
    fs.mkdirSync(path.dirname(tokensFile()));
    fs.writeFileSync(tokensFile(), "garbage");
    const tokens = fileDeviceTokens(stateDir, () => 9);
    expect(await tokens.get("device", "operator")).toBeUndefined();
    expect(fs.readFileSync(`${tokensFile()}.corrupt-9`, "utf8")).toBe("garbage");
  });
});
