import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createMediaStore } from "./media-store.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

function setUp() {
  const stateDir = mkdtempSync(path.join(os.tmpdir(), "openclaw-store-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const inbound = path.join(stateDir, "media", "inbound");
  return { store: createMediaStore({ stateDir, newId: () => "id" }), inbound };
}

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
  const { store, inbound } = setUp();
  const maxBytes = 2 * 1024 * 1024;
  await expect(store.save(Buffer.alloc(maxBytes + 1), { maxBytes })).rejects.toThrow("Media exceeds 2MB limit");
  expect(existsSync(inbound)).toBe(false);
});
