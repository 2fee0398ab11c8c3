import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { createTelegramChannel } from "../src/index.ts";
import { botToken, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat } from "./running-bot.ts";

// What becomes of stickers on their way through a Gateway.

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

// A picture of one point.
const webp = Buffer.from("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", "base64");
const sticker = { file_id: "s1", file_unique_id: "u1", emoji: "😺", set_name: "Cats" };

async function start({ sees, media = {} }: { sees: boolean; media?: Record<string, unknown> }) {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  fake.file("s1", "stickers/s1.webp", webp);
  const gateway = await startTestGateway({
    channels: [createTelegramChannel()],
    config: ({ modelUrl, workspace }) => {
      const model = (id: string, input: string[]) => ({ id, name: id, input, contextWindow: 128_000, maxTokens: 8192 });
      const provider = (models: object[]) => ({
        baseUrl: modelUrl,
        apiKey: "model-secret-0123456789",
        api: "openai-completions",
        models,
      });
      return JSON.stringify({
        gateway: { mode: "local", auth: { mode: "token", token: "t0k" } },
        agents: { defaults: { workspace, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
        models: {
          providers: {
            fake: provider([model("fake-1", sees ? ["text", "image"] : ["text"])]),
            eyes: provider([model("sees", ["text", "image"])]),
          },
        },
        tools: { media },
        channels: { telegram: { botToken, apiRoot: fake.apiRoot, allowFrom: [ada.id] } },
      });
    },
  });
  closing.push(() => gateway.close());
  const send = () => fake.say({ chat: adaChat, from: ada, sticker });
  const bodies = () => gateway.model.requests.map(({ body }) => JSON.stringify(body));
  const described = () => {
    const file = path.join(gateway.stateDir, "telegram", "sticker-cache.json");
    const read = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : { stickers: {} };
    return read.stickers.u1?.description;
  };
  return { fake, gateway, send, bodies, described };
}

describe("a sticker", () => {
  it("is looked at by an agent that sees, described once, and comes as words from then on", async () => {
    const { fake, gateway, send, bodies, described } = await start({ sees: true });
    send();
    await fake.take("sendMessage");
    await expect.poll(described).toBeTruthy();
    expect(bodies()).toHaveLength(2);
    expect(bodies().every((body) => body.includes("image_url"))).toBe(true);
    send();
    await fake.take("sendMessage");
    expect(bodies()).toHaveLength(3);
    expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain('[Sticker 😺 from \\"Cats\\"] ');
    expect(fake.of("getFile")).toHaveLength(1);
  });

  it("comes as words at once to an agent that does not see, by a model that does", async () => {
    const { fake, gateway, send, bodies, described } = await start({
      sees: false,
      media: { image: { models: [{ provider: "eyes", model: "sees" }] } },
    });
    gateway.model.enqueue({ words: ["a cat\nthat waves"] });
    send();
    await fake.take("sendMessage");
    expect(described()).toBe("a cat that waves");
    expect(bodies()).toHaveLength(2);
    expect(bodies()[1]).toContain('[Sticker 😺 from \\"Cats\\"] a cat that waves');
    expect(bodies()[1]).not.toContain("image_url");
  });

  it("is answered without a description where nothing can look at it", async () => {
    const { fake, send, bodies, described } = await start({ sees: false });
    send();
    await fake.take("sendMessage");
    expect(bodies()).toHaveLength(1);
    expect(described()).toBe("");
  });
});
