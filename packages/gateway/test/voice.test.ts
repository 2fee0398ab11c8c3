import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

test("wake words are cleaned, stored, given back and told to everybody", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const other = await gateway.connect();
  expect((await client.request("voicewake.get", {})).payload).toEqual({ triggers: ["openclaw", "claude", "computer"] });
  const told = other.event("voicewake.changed");
  expect((await client.request("voicewake.set", { triggers: [" hey ", "", 5] })).payload).toEqual({
    triggers: ["hey"],
  });
  expect(await told).toEqual({ triggers: ["hey"] });
  const file = path.join(gateway.stateDir, "settings", "voicewake.json");
  expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({ triggers: ["hey"], updatedAtMs: expect.any(Number) });
  await gateway.restart();
  const again = await gateway.connect();
  expect((await again.request("voicewake.get", {})).payload).toEqual({ triggers: ["hey"] });
  const long = ["w".repeat(80), ...Array.from({ length: 40 }, (_, index) => `word${index}`)];
  const { triggers } = (await again.request("voicewake.set", { triggers: long })).payload;
  expect(triggers).toHaveLength(32);
  expect((triggers as string[])[0]).toHaveLength(64);
  expect((await again.request("voicewake.set", { triggers: [] })).payload.triggers).toHaveLength(3);
  expect((await again.request("voicewake.set", { triggers: "hey" })).error).toMatchObject({
    code: "INVALID_REQUEST",
    message: "voicewake.set requires triggers: string[]",
  });
});

test("a file that cannot be read counts as the usual words", async () => {
  gateway = await startTestGateway({
    prepare({ stateDir }) {
      fs.mkdirSync(path.join(stateDir, "settings"));
      fs.writeFileSync(path.join(stateDir, "settings", "voicewake.json"), "{");
    },
  });
  const client = await gateway.connect();
  expect((await client.request("voicewake.get", {})).payload.triggers).toHaveLength(3);
});

test("talk mode is told to everybody; the web chat needs a phone that can talk", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const other = await gateway.connect();
  const told = other.event("talk.mode");
  const { payload } = await client.request("talk.mode", { enabled: true, phase: "listening" });
  expect(payload).toEqual({ enabled: true, phase: "listening", ts: expect.any(Number) });
  expect(await told).toEqual(payload);
  expect((await client.request("talk.mode", { enabled: true, phase: 1 })).error).toMatchObject({
    code: "INVALID_REQUEST",
  });
  const web = await gateway.connect(
    { client: { id: "webchat-ui", mode: "webchat" }, device: createDevice() },
    { origin: gateway.httpUrl },
  );
  expect((await web.request("talk.mode", { enabled: true })).error).toMatchObject({
    code: "UNAVAILABLE",
    message: "talk disabled: no connected iOS/Android nodes",
  });
  const phone = gateway.open();
  const greeted = phone.event("voicewake.changed");
  await phone.connect({
    role: "node",
    scopes: [],
    client: { id: "node-host", mode: "node", platform: "android 16" },
    device: createDevice(),
  });
  expect(await greeted).toEqual({ triggers: ["openclaw", "claude", "computer"] });
  expect((await web.request("talk.mode", { enabled: true })).payload).toMatchObject({ enabled: true, phase: null });
});

test("devices learn how to talk, and get the key only where they may have secrets", async () => {
  gateway = await startTestGateway({
    config: { talk: { voiceAliases: { clawd: "EXAVITQu4vr4xnSDxMaL" }, apiKey: "xi-0123456789" } },
    env: { SAG_VOICE_ID: "pMsXgVXv3BLzUgSXRplE" },
  });
  const client = await gateway.connect({ protocol: 4 });
  const talk = {
    voiceId: "pMsXgVXv3BLzUgSXRplE",
    voiceAliases: { clawd: "EXAVITQu4vr4xnSDxMaL" },
    modelId: "eleven_v3",
    interruptOnSpeech: true,
  };
  expect((await client.request("talk.config", {})).payload).toEqual({
    config: { talk: { ...talk, apiKey: "__OPENCLAW_REDACTED__" }, session: { mainKey: "main" } },
  });
  expect((await client.request("talk.config", { includeSecrets: true })).payload).toMatchObject({
    config: { talk: { ...talk, apiKey: "xi-0123456789" } },
  });
  const reader = await gateway.connect({ protocol: 4, scopes: ["operator.write"] });
  expect((await reader.request("talk.config", { includeSecrets: true })).error?.message).toContain(
    "operator.talk.secrets",
  );
});

test("the key to the voices is found in a start file of the user's shell, which is not run", async () => {
  gateway = await startTestGateway({
    prepare({ home }) {
      fs.writeFileSync(path.join(home, ".zshrc"), `touch "${home}/ran"\nexport ELEVENLABS_API_KEY="xi-of-the-shell"\n`);
    },
  });
  const client = await gateway.connect({ protocol: 4 });
  const { payload } = await client.request("talk.config", { includeSecrets: true });
  expect(payload).toMatchObject({ config: { talk: { apiKey: "xi-of-the-shell" } } });
  expect(fs.existsSync(path.join(gateway.home, "ran"))).toBe(false);
});
