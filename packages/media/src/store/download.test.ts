import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import { expect, test } from "vitest";
import { type ServiceAnswer, startFakeService } from "../testing/fake-service.ts";
import { download } from "./download.ts";

/** The guard, with this machine allowed as the owner of a Gateway may do. */
const local: GuardedFetch = (url, request) => createGuardedFetch()(url, { ...request, allowedHosts: ["127.0.0.1"] });
const limits = { maxBytes: 2 * 1024 * 1024, timeoutMs: 10_000 };

test("a file gets the name its server gives it, else that of its address", async () => {
  await using service = await startFakeService(({ path: at }): ServiceAnswer => {
    if (at !== "/x") return { body: Buffer.from("dog") };
    return { body: Buffer.from("cat"), headers: { "content-disposition": 'attachment; filename="cat photo.png"' } };
  });
  expect(await download(`${service.url}/x`, local, limits)).toMatchObject({ fileName: "cat photo.png" });
  expect(await download(`${service.url}/pics/d%C3%B6g.png?size=1`, local, limits)).toMatchObject({
    fileName: "dög.png",
    bytes: Buffer.from("dog"),
  });
});

test("a file over the limit is not read, whether or not its server tells the length", async () => {
  await using service = await startFakeService(() => ({
    body: Buffer.alloc(3 * 1024 * 1024),
    headers: { "content-type": "video/mp4" },
  }));
  const tooLarge = { code: "too-large", message: "Media exceeds 2MB limit" };
  await expect(download(`${service.url}/a.bin`, local, limits)).rejects.toMatchObject(tooLarge);
  const maxBytes = ({ mimeType = "", fileName = "" }) => (mimeType === "video/mp4" && fileName === "a.bin" ? 1024 : 0);
  await expect(download(`${service.url}/a.bin`, local, { ...limits, maxBytes })).rejects.toThrow(
    "Media exceeds 0MB limit",
  );
});

test("a web page, an error and a private address are no files", async () => {
  await using service = await startFakeService(({ path: at }) =>
    at === "/gone" ? { status: 404 } : { body: "<html>", headers: { "content-type": "text/html; charset=utf-8" } },
  );
  await expect(download(`${service.url}/login`, local, limits)).rejects.toMatchObject({ code: "not-media" });
  await expect(download(`${service.url}/gone`, local, limits)).rejects.toThrow("HTTP 404");
  const { length } = service.requests;
  await expect(download(`${service.url}/a.png`, createGuardedFetch(), limits)).rejects.toThrow(/Blocked/);
  expect(service.requests).toHaveLength(length);
});
