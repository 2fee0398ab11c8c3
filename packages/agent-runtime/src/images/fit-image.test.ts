import { randomFillSync } from "node:crypto";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { fitImage } from "./fit-image.ts";
import { fitResultImages } from "./fit-result-images.ts";
import { imageSize } from "./image-size.ts";

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 40 } } });
const noise = (width: number, height: number) =>
  sharp(randomFillSync(Buffer.alloc(width * height * 3)), { raw: { width, height, channels: 3 } });
const without = { loadSharp: async () => undefined };
const sizeOf = (data: string) => imageSize(Buffer.from(data, "base64"));

describe("an image", () => {
  test("that fits is not touched, and is named after its content", async () => {
    const png = await plain(2000, 10).png().toBuffer();
    expect(await fitImage(png)).toEqual({
      image: { type: "image", data: png.toString("base64"), mimeType: "image/png" },
    });
    expect(await fitImage(png, without)).toMatchObject({ image: { mimeType: "image/png" } });
  });

  test("with too many pixels becomes smaller", async () => {
    const fitted = await fitImage(await plain(4000, 3000).png().toBuffer());
    if (!("image" in fitted)) throw new Error(fitted.reason);
    expect(fitted.image.mimeType).toBe("image/jpeg");
    expect(sizeOf(fitted.image.data)).toEqual({ width: 2000, height: 1500 });
  });

  test("with too many bytes becomes smaller", async () => {
    const large = await noise(1500, 1500).png().toBuffer();
    expect(large.length).toBeGreaterThan(5_000_000);
    const fitted = await fitImage(large);
    if (!("image" in fitted)) throw new Error(fitted.reason);
    expect(fitted.image.data.length).toBeLessThanOrEqual(5 * 1024 * 1024);
  });

  test("is turned upright when it is made smaller", async () => {
    const lying = await plain(3000, 1000).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const fitted = await fitImage(lying);
    if (!("image" in fitted)) throw new Error(fitted.reason);
    expect(sizeOf(fitted.image.data)).toEqual({ width: 667, height: 2000 });
  });

  test("of a type that models do not take becomes a JPEG", async () => {
    expect(await fitImage(await plain(20, 10).tiff().toBuffer())).toMatchObject({ image: { mimeType: "image/jpeg" } });
  });

  test("that cannot be made small enough, or read at all, is refused with the reason", async () => {
    const grain = await noise(900, 900).png().toBuffer();
    expect(await fitImage(grain, { maxBytes: 1000 })).toEqual({
      reason: expect.stringMatching(/^Image could not be reduced below 0MB \(got 0\.\d+MB\)$/),
    });
    const broken = Buffer.concat([(await plain(3000, 3000).png().toBuffer()).subarray(0, 60), Buffer.alloc(100)]);
    expect(await fitImage(broken)).toMatchObject({ reason: expect.stringContaining("it cannot be read") });
    expect(await fitImage(Buffer.from("%PDF-1.7\n"))).toEqual({ reason: "it is not an image" });
    expect(await fitImage(Buffer.alloc(0))).toEqual({ reason: "it is not an image" });
  });

  test("without the library is shown when it fits and described when it does not", async () => {
    const large = await plain(2001, 10).png().toBuffer();
    expect(await fitImage(large, without)).toEqual({
      reason: expect.stringMatching(
        /^2001x10 pixels, .* does not fit into 2000 pixels per side and .*sharp.*not installed$/,
      ),
    });
  });
});

test("of a result only images that cannot be shown are replaced, with the label of the tool", async () => {
  const small = (await plain(5, 5).png().toBuffer()).toString("base64");
  const result = await fitResultImages(
    {
      content: [
        { type: "text", text: "two pictures" },
        { type: "image", data: small, mimeType: "image/jpeg" },
        { type: "image", data: Buffer.from("no picture").toString("base64"), mimeType: "image/png" },
      ],
      details: { kept: true },
    },
    "camera",
  );
  expect(result).toEqual({
    content: [
      { type: "text", text: "two pictures" },
      { type: "image", data: small, mimeType: "image/png" },
      { type: "text", text: "[camera] omitted image payload: it is not an image" },
    ],
    details: { kept: true },
  });
  const text = { content: [{ type: "text" as const, text: "x" }] };
  expect(await fitResultImages(text, "camera")).toBe(text);
});
