import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, it } from "vitest";
import { type ChatPairing, openChatPairing } from "./chat-pairing.ts";

let dir: string;
let now: number;
let store: ChatPairing;
beforeEach(() => {
  dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-pairing-")), "credentials");
  now = Date.parse("2026-02-09T08:00:00Z");
  store = openChatPairing({ dir, clock: { now: () => now } });
});
const fileOf = (name: string) => JSON.parse(fs.readFileSync(path.join(dir, name), "utf8"));

it("a stranger gets a code once, and keeps it when they write again", async () => {
  const first = await store.request("telegram", { id: "42", meta: { username: "ada" } });
  now += 1000;
  const second = await store.request("telegram", { id: "42" });
  expect(first).toEqual({ code: expect.stringMatching(/^[A-HJ-NP-Z2-9]{8}$/), created: true });
  expect(second).toEqual({ code: first?.code, created: false });
  expect(fileOf("telegram-pairing.json")).toEqual({
    version: 1,
    requests: [
      {
        id: "42",
        code: first?.code,
        createdAt: "2026-02-09T08:00:00.000Z",
        lastSeenAt: "2026-02-09T08:00:01.000Z",
        meta: { username: "ada" },
      },
    ],
  });
  expect(fs.statSync(path.join(dir, "telegram-pairing.json")).mode & 0o777).toBe(0o600);
  expect(fs.statSync(dir).mode & 0o777).toBe(0o700);
});

it("a fourth stranger gets nothing while three wait", async () => {
  for (const id of ["1", "2", "3"]) await store.request("slack", { id });
  expect(await store.request("slack", { id: "4" })).toBeUndefined();
  expect(store.pending("slack").map(({ id }) => id)).toEqual(["1", "2", "3"]);
  expect(await store.request("discord", { id: "4" })).toMatchObject({ created: true });
});

it("a code ends after an hour", async () => {
  const asked = await store.request("telegram", { id: "42" });
  now += 61 * 60_000;
  expect(await store.approve("telegram", asked?.code ?? "")).toBeUndefined();
  expect(store.pending("telegram")).toEqual([]);
  expect(await store.request("telegram", { id: "42" })).toMatchObject({ created: true });
});

it("approving lets the sender in, whatever the case of the code's letters", async () => {
  const asked = await store.request("telegram", { id: "42" });
  expect(await store.approve("telegram", ` ${asked?.code.toLowerCase()} `)).toMatchObject({ id: "42" });
  expect(fileOf("telegram-allowFrom.json")).toEqual({ version: 1, allowFrom: ["42"] });
  expect(store.allowed("telegram")).toEqual(["42"]);
  expect(store.pending("telegram")).toEqual([]);
});

it("a star, an empty text and a broken file let nobody in", async () => {
  await store.setAllowed("telegram", ["*", " ", "7"]);
  expect(store.allowed("telegram")).toEqual(["7"]);
  fs.writeFileSync(path.join(dir, "telegram-allowFrom.json"), "{ broken");
  fs.writeFileSync(path.join(dir, "telegram-pairing.json"), "[]");
  expect(store.allowed("telegram")).toEqual([]);
  expect(store.pending("telegram")).toEqual([]);
});

it("of more than three in the file the three seen last are kept", async () => {
  fs.mkdirSync(dir, { recursive: true });
  const at = (minute: number) => new Date(now - minute * 60_000).toISOString();
  const requests = [5, 1, 4, 2, 3].map((minute) => ({
    id: String(minute),
    code: `AAAAAAA${minute}`,
    createdAt: at(6),
    lastSeenAt: at(minute),
  }));
  fs.writeFileSync(path.join(dir, "telegram-pairing.json"), JSON.stringify({ version: 1, requests }));
  expect(store.pending("telegram").map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

it("a channel's name cannot lead out of the folder", async () => {
  await store.request("../x/y", { id: "1" });
  expect(fs.readdirSync(dir)).toEqual(["__x_y-pairing.json"]);
  expect(() => store.pending("/")).toThrow("invalid pairing channel");
});
