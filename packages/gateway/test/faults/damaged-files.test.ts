import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { type ChatClient, textOf } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles, sessionsFolder, transcriptEntries, transcriptFiles } from "./state-check.ts";

const garbage = '{"type":"message","id":broken\n';

/** A home in which two sessions were talked in: `main` twice, `other` once. */
async function talkedIn(end: "terminate" | "kill"): Promise<GatewayHome> {
  const home = await createGatewayHome();
  const gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  for (const [sessionKey, text] of [
    ["main", "one"],
    ["other", "two"],
    ["main", "three"],
  ] as const) {
    await client.send(sessionKey, text, { key: text });
    await client.terminal(text);
  }
  if (end === "kill") await gateway.kill();
  else await gateway.terminate();
  fs.rmSync(home.logFile);
  return home;
}

async function said(client: ChatClient, sessionKey: string): Promise<string[]> {
  return (await client.history(sessionKey))
    .filter(({ role }) => role === "user")
    .map((message) => textOf(message).trim());
}

/** Sends one more message to `main`, ends the Gateway and checks that all is in order again. */
async function goesOn(home: GatewayHome, gateway: StartedGateway, client: ChatClient): Promise<void> {
  await client.send("main", "four", { key: "four" });
  expect(await client.terminal("four")).toMatchObject({ state: "final" });
  expect((await said(client, "main")).at(-1)).toBe("four");
  expect((await gateway.terminate()).code).toBe(0);
  await checkSessionFiles(home.stateDir);
}

function transcriptWith(home: GatewayHome, text: string): string {
  const found = transcriptFiles(home.stateDir).find((file) => fs.readFileSync(file, "utf8").includes(text));
  if (!found) throw new Error(`no transcript holds ${text}`);
  return found;
}

/** Puts a line into a file, before its line number `before` (from 0). */
function insertLine(file: string, before: number, line: string): string {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  const damaged = [...lines.slice(0, before), line.trimEnd(), ...lines.slice(before)].join("\n");
  fs.writeFileSync(file, damaged);
  return damaged;
}

/** The files beside a file that begin with its name and this suffix. */
function keptAside(file: string, suffix: string): string[] {
  const begin = `${path.basename(file)}${suffix}`;
  return fs
    .readdirSync(path.dirname(file))
    .filter((name) => name.startsWith(begin))
    .map((name) => path.join(path.dirname(file), name));
}

/** The log lines of a level that name something. */
function lines(home: GatewayHome, level: "WARN" | "ERROR", naming: string): string[] {
  return home
    .log()
    .split("\n")
    .filter((line) => line.includes(`"logLevelName":"${level}"`) && line.includes(naming));
}

it("cuts off the half-written last line of a transcript", async () => {
  await using home = await talkedIn("kill");
  const file = transcriptWith(home, "three");
  fs.appendFileSync(file, garbage.trimEnd());
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await said(client, "main")).toEqual(["one", "three"]);
  await goesOn(home, gateway, client);
});

it("leaves out an unreadable line of a transcript, keeps the original and says so", async () => {
  await using home = await talkedIn("kill");
  const file = transcriptWith(home, "three");
  const damaged = insertLine(file, 4, garbage);
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await said(client, "main")).toEqual(["one", "three"]);
  expect(keptAside(file, ".bak-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([damaged]);
  expect(lines(home, "WARN", file)).toHaveLength(1);
  await goesOn(home, gateway, client);
});

it("keeps the conversation of a transcript that has lost a message in its middle and its header", async () => {
  await using home = await talkedIn("kill");
  const file = transcriptWith(home, "three");
  const lost = transcriptEntries(file).find(({ message }) => message?.role === "assistant")?.id ?? "";
  const kept = fs.readFileSync(file, "utf8").split("\n");
  const damaged = ["not a header", ...kept.slice(1).filter((line) => !line.includes(`"id":"${lost}"`))].join("\n");
  fs.writeFileSync(file, damaged);
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await said(client, "main")).toEqual(["one", "three"]);
  expect(await said(client, "other")).toEqual(["two"]);
  expect(keptAside(file, ".bak-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([damaged]);
  expect(lines(home, "WARN", file)).toHaveLength(1);
  await goesOn(home, gateway, client);
});

it("goes on with what is open in a journal that has an unreadable line and a torn end", async () => {
  await using home = await talkedIn("terminate");
  home.model.enqueue({ hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "open", { key: "open" });
  await home.model.request(4);
  await first.kill();
  fs.rmSync(home.logFile);
  const folder = path.join(home.stateDir, "journal");
  const [segment] = fs.readdirSync(folder).map((name) => path.join(folder, name));
  if (!segment) throw new Error("the journal is empty");
  insertLine(segment, 2, garbage);
  fs.appendFileSync(segment, '{"type":"entry","id":"never acc');
  const damaged = fs.readFileSync(segment, "utf8");

  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await client.waitForRun("open")).toMatchObject({ status: "ok" });
  expect(await said(client, "main")).toEqual(["one", "three", "open"]);
  expect(keptAside(segment, ".bak-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([damaged]);
  expect(lines(home, "WARN", segment).length).toBeGreaterThan(0);
  await goesOn(home, gateway, client);
});

it("goes on with a message whose line in the transcript was cut off", async () => {
  await using home = await talkedIn("terminate");
  home.model.enqueue({ hang: true });
  const first = await StartedGateway.start(home);
  await (await first.connect()).send("main", "open", { key: "open" });
  await home.model.request(4);
  await first.kill();
  const file = transcriptWith(home, '"openclawRunId":"open"');
  fs.truncateSync(file, fs.statSync(file).size - 2);

  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await client.waitForRun("open")).toMatchObject({ status: "ok" });
  expect(await said(client, "main")).toEqual(["one", "three", "open"]);
  await goesOn(home, gateway, client);
});

it("brings back the sessions of a store that cannot be read", async () => {
  await using home = await talkedIn("terminate");
  const file = path.join(sessionsFolder(home.stateDir), "sessions.json");
  const whole = fs.readFileSync(file, "utf8");
  const damaged = whole.slice(0, whole.length - 40);
  fs.writeFileSync(file, damaged);
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const { sessions } = await client.call("sessions.list", {});
  expect((sessions as { key: string }[]).length).toBe(2);
  expect(keptAside(file, ".corrupt-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([damaged]);
  expect(lines(home, "ERROR", file)).toHaveLength(1);
  await client.send("new", "hello", { key: "new" });
  expect(await client.terminal("new")).toMatchObject({ state: "final" });
  expect((await gateway.terminate()).code).toBe(0);
  await checkSessionFiles(home.stateDir);
});

it("brings back every session when the store is empty after a power loss", async () => {
  await using home = await talkedIn("terminate");
  const file = path.join(sessionsFolder(home.stateDir), "sessions.json");
  fs.writeFileSync(file, "");
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const { sessions } = await client.call("sessions.list", {});
  const keys = (sessions as { key: string }[]).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  const texts = await Promise.all(keys.map((key) => said(client, key)));
  expect(texts.toSorted()).toEqual([["one", "three"], ["two"]]);
  expect(lines(home, "ERROR", file)).toHaveLength(1);
});

it("reads a session log with an unreadable line and a torn end", async () => {
  await using home = await talkedIn("kill");
  const file = path.join(sessionsFolder(home.stateDir), "sessions.json.log");
  insertLine(file, 2, garbage);
  fs.appendFileSync(file, '{"key":"agent:ma');
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(await said(client, "main")).toEqual(["one", "three"]);
  expect(await said(client, "other")).toEqual(["two"]);
  expect(lines(home, "WARN", file).length + lines(home, "ERROR", file).length).toBe(1);
  await goesOn(home, gateway, client);
});

it("starts without its paired devices when their file cannot be read, and keeps the file", async () => {
  await using home = await talkedIn("terminate");
  const folder = path.join(home.stateDir, "devices");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, "paired.json");
  fs.writeFileSync(file, '{"abc": {"deviceId": "abc", "publ');
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  expect(keptAside(file, ".corrupt-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([
    '{"abc": {"deviceId": "abc", "publ',
  ]);
  expect(lines(home, "WARN", file)).toHaveLength(1);
  await goesOn(home, gateway, client);
});

it("keeps the paired devices that can be read beside one that cannot", async () => {
  await using home = await talkedIn("terminate");
  const folder = path.join(home.stateDir, "devices");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, "paired.json");
  const good = { deviceId: "good", publicKey: "k", roles: ["operator"], scopes: [], createdAtMs: 1, approvedAtMs: 1 };
  const text = JSON.stringify({ good, bad: { deviceId: "bad" } });
  fs.writeFileSync(file, text);
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const { paired } = await client.call("device.pair.list", {});
  expect((paired as { deviceId: string }[]).map(({ deviceId }) => deviceId)).toEqual(["good"]);
  expect(keptAside(file, ".corrupt-").map((copy) => fs.readFileSync(copy, "utf8"))).toEqual([text]);
  expect(lines(home, "WARN", file)).toHaveLength(1);
});
