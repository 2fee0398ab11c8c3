import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GuardedFetch } from "@openclaw/net";
import { createGuardedFetch } from "@openclaw/net";
import { expect, onTestFinished, test } from "vitest";
import { type ServiceAnswer, startFakeService } from "../testing/fake-service.ts";
import { inboundMaxBytes } from "./channel-limits.ts";
import { createMediaStore } from "./media-store.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

function setUp(fetch: GuardedFetch = createGuardedFetch()) {
  const stateDir = mkdtempSync(path.join(os.tmpdir(), "openclaw-store-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const inbound = path.join(stateDir, "media", "inbound");
  return { store: createMediaStore({ stateDir, fetch, newId: () => "id" }), inbound };
}

/** The guard, with this machine allowed as the owner of a Gateway may do. */
const local: GuardedFetch = (url, request) => createGuardedFetch()(url, { ...request, allowedHosts: ["127.0.0.1"] });

test.each([
  ["../../etc/pass wd.png", "pass_wd---id.png"],
  ["C:\\temp\\photo.jpeg", "photo---id.png"],
  [`${"n".repeat(80)}.png`, `${"n".repeat(60)}---id.png`],
  ["a..b.png", "a_b---id.png"],
  [undefined, "id.png"],
])("a picture called %j is stored as %j", async (fileName, stored) => {
  const { store, inbound } = setUp();
  const { path: file, mimeType } = await store.save(png, { fileName, mimeType: "text/plain" });
  expect(file).toBe(path.join(inbound, stored));
  expect(mimeType).toBe("image/png");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(inbound).mode & 0o777).toBe(0o700);
});

test("where the bytes say only that it is a container, the name tells the type; then what its sender says", async () => {
  const { store } = setUp();
  const zip = Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(100)]);
  expect(await store.save(zip, { fileName: "letter.docx" })).toMatchObject({
    mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    path: expect.stringMatching(/letter---id\.docx$/),
  });
  expect(await store.save(Buffer.from("a,b"), { fileName: "t.csv", mimeType: "x/y" })).toMatchObject({
    mimeType: "text/csv",
  });
  expect(await store.save(Buffer.from("hi"), { mimeType: "text/plain; charset=utf-8" })).toMatchObject({
    mimeType: "text/plain",
    path: expect.stringMatching(/id\.txt$/),
  });
  expect(await store.save(Buffer.from("hi"))).toMatchObject({ mimeType: "application/octet-stream" });
});

test("a file over the limit is refused and nothing is stored", async () => {
  await using service = await startFakeService(() => ({ body: Buffer.alloc(3 * 1024 * 1024) }));
  const { store, inbound } = setUp(local);
  const maxBytes = 2 * 1024 * 1024;
  await expect(store.save(Buffer.alloc(maxBytes + 1), { maxBytes })).rejects.toThrow("Media exceeds 2MB limit");
  await expect(store.fetch(`${service.url}/a.bin`, { maxBytes })).rejects.toMatchObject({
    code: "too-large",
    message: "Media exceeds 2MB limit",
  });
  expect(existsSync(inbound)).toBe(false);
});

test("a file from the web gets the name its server gives it", async () => {
  await using service = await startFakeService(({ path: at }): ServiceAnswer => {
    if (at !== "/x") return { body: png };
    return { body: png, headers: { "content-disposition": 'attachment; filename="cat photo.png"' } };
  });
  const { store } = setUp(local);
  expect((await store.fetch(`${service.url}/x`)).path).toMatch(/cat_photo---id\.png$/);
  const { path: file } = await store.fetch(`${service.url}/pics/dog.png?size=1`);
  expect(file).toMatch(/dog---id\.png$/);
  expect(readFileSync(file)).toEqual(png);
});

test("a web page, an error and a private address are no files", async () => {
  await using service = await startFakeService(({ path: at }) =>
    at === "/gone" ? { status: 404 } : { body: "<html>", headers: { "content-type": "text/html; charset=utf-8" } },
  );
  const { store, inbound } = setUp(local);
  await expect(store.fetch(`${service.url}/login`)).rejects.toMatchObject({ code: "not-media" });
  await expect(store.fetch(`${service.url}/gone`)).rejects.toThrow("HTTP 404");
  await expect(setUp().store.fetch(`${service.url}/a.png`)).rejects.toThrow(/Blocked/);
  expect(existsSync(inbound) ? readdirSync(inbound) : []).toEqual([]);
});

test("the limit of a channel is its account's, else its own, else the usual one", () => {
  const channels = { telegram: { mediaMaxMb: 9, accounts: { work: { mediaMaxMb: 3 } } }, slack: {} };
  expect(inboundMaxBytes(channels, "telegram", "work")).toBe(3 * 1024 * 1024);
  expect(inboundMaxBytes(channels, "telegram", "home")).toBe(9 * 1024 * 1024);
  expect(inboundMaxBytes(channels, "slack")).toBe(20 * 1024 * 1024);
  expect(inboundMaxBytes(undefined, "unheard-of")).toBe(5 * 1024 * 1024);
});
