import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { type FakeService, startFakeService } from "../../media/src/testing/fake-service.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// Files of answers, as the web chat gets them.

let gateway: TestGateway;
let service: FakeService | undefined;
afterEach(async () => {
  await gateway.close();
  await service?.[Symbol.asyncDispose]();
  service = undefined;
});

interface Shown {
  content: { text?: string }[];
  __openclaw?: { files?: { url: string; mimeType: string; name?: string }[]; sounds?: { url: string }[] };
}

async function ask(client: RawClient, idempotencyKey: string, message = "hello"): Promise<Shown> {
  const ended = client.event("chat", ({ runId, state }) => runId === idempotencyKey && state === "final");
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
  return (await ended).message as unknown as Shown;
}

async function lastShown(client: RawClient): Promise<Shown> {
  const { payload } = await client.request("chat.history", { sessionKey: "main" });
  return (payload.messages as Shown[]).at(-1)!;
}

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function setUp(config: Json = {}) {
  gateway = await startTestGateway({ config });
  fs.writeFileSync(path.join(gateway.workspace, "dot.png"), pixel);
  fs.writeFileSync(path.join(gateway.workspace, "a plan.html"), "<script>alert(1)</script>");
  return gateway.connect();
}

test("pictures of an answer are shown, other files can be downloaded, and the lines that name them are not shown", async () => {
  const client = await setUp();
  const lines = ["Here you are:\n", "MEDIA:./dot.png\n", 'MEDIA:"./a plan.html"\n', "MEDIA:https://example.com/b.pdf"];
  gateway.model.enqueue({ words: lines });
  const live = await ask(client, "f1");
  expect(live.content.map(({ text }) => text?.trim())).toEqual(["Here you are:"]);
  const own = expect.stringMatching(/^\/__openclaw__\/media\/[\w-]{43}$/);
  expect(live.__openclaw).toEqual({
    files: [
      { url: own, mimeType: "image/png", name: "dot.png" },
      { url: own, mimeType: "application/octet-stream", name: "a plan.html" },
      { url: "https://example.com/b.pdf", mimeType: "application/octet-stream", name: "b.pdf" },
    ],
  });
  const history = await lastShown(client);
  expect(history.content).toEqual([expect.objectContaining({ text: "Here you are:" })]);
  expect(history.__openclaw).toEqual(live.__openclaw);

  const [picture, page] = live.__openclaw?.files ?? [];
  const shown = await fetch(`${gateway.httpUrl}${picture?.url}`);
  expect([shown.headers.get("content-type"), shown.headers.get("content-disposition")]).toEqual(["image/png", null]);
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(pixel);
  const kept = await fetch(`${gateway.httpUrl}${page?.url}`);
  expect(kept.headers.get("content-type")).toBe("application/octet-stream");
  expect(kept.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a%20plan.html");
});

test("files of an answer are there again after a restart", async () => {
  const client = await setUp();
  gateway.model.enqueue({ words: ["MEDIA:./dot.png"] });
  await ask(client, "f1");
  await gateway.restart();
  const [file] = (await lastShown(await gateway.connect())).__openclaw?.files ?? [];
  expect((await fetch(`${gateway.httpUrl}${file?.url}`)).status).toBe(200);
});

test("what lies outside of the workspace is not offered, nor what leads out of it later", async () => {
  const client = await setUp();
  gateway.model.enqueue({ words: [`MEDIA:${gateway.configPath}\n`, "MEDIA:./dot.png"] });
  const { content, __openclaw } = await ask(client, "f1");
  expect(content[0]?.text).toContain(`MEDIA:${gateway.configPath}`);
  const [file, ...more] = __openclaw?.files ?? [];
  expect(more).toEqual([]);
  fs.rmSync(path.join(gateway.workspace, "dot.png"));
  fs.symlinkSync(gateway.configPath, path.join(gateway.workspace, "dot.png"));
  expect((await fetch(`${gateway.httpUrl}${file?.url}`)).status).toBe(404);
});

test("/tts audio is played in the web chat, and no path is shown", async () => {
  service = await startFakeService(() => ({
    headers: { "content-type": "audio/mpeg" },
    body: Buffer.from("ID3sound"),
  }));
  gateway = await startTestGateway({
    config: { messages: { tts: { provider: "openai", openai: { apiKey: "sk-test-0123456789" } } } },
    env: { OPENAI_TTS_BASE_URL: service.url },
  });
  const client = await gateway.connect();
  const said = await ask(client, "t1", "/tts audio good morning to you");
  expect(JSON.stringify(said.content)).not.toContain("MEDIA:");
  const [sound] = said.__openclaw?.sounds ?? [];
  expect(Buffer.from(await (await fetch(`${gateway.httpUrl}${sound?.url}`)).arrayBuffer()).toString()).toBe("ID3sound");
  expect((await lastShown(client)).__openclaw).toEqual(said.__openclaw);
});
