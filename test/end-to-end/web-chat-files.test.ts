/// <reference lib="dom" />
// Files of answers, in a real browser: pictures are seen, other files are kept, and no line that names one is shown.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingSystemPackages as missing } from "./chromium.ts";
import { openWebChat, type WebChat } from "./open-web-chat.ts";

let chat: WebChat;

beforeAll(async () => {
  if (missing) return;
  chat = await openWebChat();
  fs.writeFileSync(path.join(chat.gateway.workspace, "garden.png"), picture(1600, 900));
  fs.writeFileSync(path.join(chat.gateway.workspace, "plan for May.pdf"), onePage("The plan for May"));
});
afterAll(() => chat?.[Symbol.asyncDispose]());

describe.skipIf(missing !== "")(`files of an answer${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  it("are seen as a picture, and kept as a file, also after a reload", async () => {
    chat.gateway.model.enqueue({
      words: ["Here is the garden,", "and the plan.\n", "MEDIA:./garden.png\n", 'MEDIA:"./plan for May.pdf"'],
    });
    await chat.say("show me the garden and the plan");
    await chat.untilText(/and the plan\./);
    expect(await shownPicture()).toMatchObject({ width: 1600, height: 900, fits: true });
    await chat.picture("web-chat-files");
    await chat.reload();
    await chat.untilText(/and the plan\./);
    expect(await shownPicture()).toMatchObject({ width: 1600, height: 900, fits: true });
    expect(await chat.text()).not.toContain("MEDIA:");

    const folder = path.join(chat.gateway.home, "downloads");
    fs.mkdirSync(folder);
    const session = await chat.page.browser().target().createCDPSession();
    const kept = new Promise<void>((resolve) =>
      session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve()),
    );
    await session.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: folder,
      eventsEnabled: true,
    });
    const link = await chat.page.waitForSelector("main a[download]");
    expect(await link?.evaluate((element) => element.textContent)).toContain("plan for May.pdf");
    await link?.click();
    await kept;
    expect(fs.readdirSync(folder)).toEqual(["plan for May.pdf"]);
    expect(fs.readFileSync(path.join(folder, "plan for May.pdf"), "latin1")).toContain("The plan for May");
    expect(chat.problems).toEqual([]);
  });
});

/** The picture in the chat, once it is there, and whether it stays inside the chat. */
async function shownPicture() {
  await chat.page.waitForFunction(
    () => (document.querySelector<HTMLImageElement>("main img[src*=media]")?.naturalWidth ?? 0) > 0,
    { timeout: 8000 },
  );
  return chat.page.evaluate(() => {
    const image = document.querySelector<HTMLImageElement>("main img[src*=media]");
    const place = document.querySelector("main")?.getBoundingClientRect();
    const { left, right } = image?.getBoundingClientRect() ?? { left: 0, right: 0 };
    return {
      width: image?.naturalWidth,
      height: image?.naturalHeight,
      fits: place !== undefined && left >= place.left && right <= place.right,
    };
  });
}

/** A PNG of a green meadow under a blue sky. */
function picture(width: number, height: number): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const colour = y < height / 2 ? [90, 160, 230] : [60, 140, 60];
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x += 1) row.set(colour, 1 + x * 3);
    return row;
  });
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(zlib.crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", zlib.deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A PDF with one line of text. */
function onePage(text: string): string {
  const content = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`;
  return [
    "%PDF-1.4",
    "1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
    "2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj",
    "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >> endobj",
    `4 0 obj << /Length ${content.length} >> stream\n${content}\nendstream endobj`,
    "5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj",
    "trailer << /Root 1 0 R >>",
    "%%EOF",
  ].join("\n");
}
