import { afterEach, expect, test } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const models = async (protocol: 3 | 4) => {
  const client = await gateway.connect({ protocol });
  const answer = await client.request("models.list", {});
  return (answer.payload as { models: Json[] }).models;
};

test("models.list tells the allowed models by provider and id", async () => {
  gateway = await startTestGateway({
    config: { agents: { defaults: { models: { "openai/gpt-5.2": {}, "anthropic/claude-opus-4-6": {} } } } },
  });
  expect(await models(3)).toEqual([
    {
      id: "claude-opus-4-6",
      name: "Claude Opus 4.6",
      provider: "anthropic",
      contextWindow: 200_000,
      reasoning: true,
      input: ["text", "image"],
    },
    expect.objectContaining({ provider: "fake", id: "fake-1" }),
    expect.objectContaining({ provider: "openai", id: "gpt-5.2", contextWindow: 400_000 }),
  ]);
});

test("version 4 also hears what a model is used for, how it can think and whether it can be called", async () => {
  gateway = await startTestGateway({
    config: {
      agents: {
        defaults: {
          model: { primary: "fake/fake-1", fallbacks: ["openai/gpt-5.2"] },
          models: { "fake/fake-1": { alias: "quick" }, "openai/gpt-5.2": {} },
        },
      },
    },
  });
  const [fake, gpt] = await models(4);
  expect(fake).toMatchObject({
    tags: ["default", "configured", "alias:quick"],
    thinkingLevels: [{ id: "off", label: "off" }],
    thinkingDefault: "off",
    available: true,
  });
  expect(gpt).toMatchObject({
    tags: ["fallback#1", "configured", "alias:gpt"],
    thinkingDefault: "low",
    available: false,
  });
  expect(gpt?.thinkingLevels).toContainEqual({ id: "xhigh", label: "xhigh" });
});

test("models.list refuses parameters it does not know", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect({ protocol: 3 });
  expect(await client.request("models.list", { x: 1 })).toMatchObject({
    ok: false,
    error: {
      code: "INVALID_REQUEST",
      message: "invalid models.list params: at root: unexpected property 'x'",
    },
  });
});
