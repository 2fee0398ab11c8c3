import { randomFillSync } from "node:crypto";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fitOutbound } from "./fit-outbound.ts";

const mb = 1024 * 1024;

/** A picture that does not compress. */
function noise(width: number, height: number, channels: 3 | 4 = 3) {
  const raw = randomFillSync(Buffer.alloc(width * height * channels));
  return sharp(raw, { raw: { width, height, channels } });
}

test("a picture over the limit becomes a smaller JPEG", async () => {
  const bytes = await noise(1200, 900).jpeg({ quality: 100 }).toBuffer();
  const sent = await fitOutbound(bytes, { fileName: "a.jpg", maxBytes: 0.5 * mb });
  expect(sent).toMatchObject({ mimeType: "image/jpeg", kind: "image", extension: "jpg" });
  expect(sent.bytes.length).toBeLessThanOrEqual(0.5 * mb);
});

test("one with transparency stays a PNG where that can be made small enough, and becomes a JPEG only then", async () => {
  const background = { r: 200, g: 0, b: 0, alpha: 0.5 };
  const flat = sharp({ create: { width: 300, height: 300, channels: 4, background } });
  const plain = await flat.png({ compressionLevel: 0 }).toBuffer();
  expect(await fitOutbound(plain, { maxBytes: 0.1 * mb })).toMatchObject({ mimeType: "image/png" });
  const noisy = await noise(300, 300, 4).png().toBuffer();
  expect(await fitOutbound(noisy, { maxBytes: 0.1 * mb })).toMatchObject({ mimeType: "image/jpeg" });
});

test("what fits is not touched", async () => {
  const bytes = await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  expect((await fitOutbound(bytes)).bytes).toBe(bytes);
});

test("a GIF is never made anew", async () => {
  const gif = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(20 * mb - 6)]);
  await expect(fitOutbound(gif, { maxBytes: 6 * mb })).rejects.toThrow("GIF exceeds 6MB limit (got 20.00MB)");
});

test("other files are sent as they are, up to the limit of their kind", async () => {
  const sound = Buffer.concat([Buffer.from("ID3"), Buffer.alloc(17 * mb)]);
  await expect(fitOutbound(sound, { fileName: "a.mp3" })).rejects.toThrow("Media exceeds 16MB limit (got 17.00MB)");
  const text = Buffer.alloc(17 * mb, "a");
  expect(await fitOutbound(text, { fileName: "a.txt" })).toMatchObject({ kind: "document", mimeType: "text/plain" });
});

test("a picture that cannot be made small enough says so; without the library a large one is refused", async () => {
  const bytes = await noise(300, 300).jpeg({ quality: 100 }).toBuffer();
  await expect(fitOutbound(bytes, { maxBytes: 1000 })).rejects.toThrow(
    /^Media could not be reduced below 0MB \(got \d\.\d\dMB\)$/,
  );
  const loadSharp = () => Promise.resolve(undefined);
  await expect(fitOutbound(bytes, { maxBytes: 0.1 * mb, loadSharp })).rejects.toThrow(/^Media exceeds 0\.1MB limit/);
});

test("a picture over the limit that cannot be read is refused for good, so that its message goes out without it", async () => {
  const broken = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), Buffer.alloc(mb)]);
  await expect(fitOutbound(broken, { fileName: "a.png", maxBytes: 0.5 * mb })).rejects.toMatchObject({
    name: "MediaError",
    code: "unreadable",
    message: expect.stringMatching(/^The picture cannot be read: ./),
  });
});
