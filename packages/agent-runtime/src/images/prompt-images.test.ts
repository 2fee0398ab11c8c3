import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import sharp from "sharp";
import { afterEach, expect, test } from "vitest";
import { answerText, callTools, type ScriptedAnswer, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";

const open: TestRuntime[] = [];

afterEach(async () => {
  for (const test of open.splice(0)) await test.close();
});

async function setUp(answers: readonly ScriptedAnswer[], options: TestRuntimeOptions = {}) {
  const model = scriptedModel(answers);
  const test = createTestRuntime(model, options);
  open.push(test);
  await test.runtime.systemPrompt({ sessionKey: mainKey, agentId: "main" });
  return { ...test, model };
}

const picture = (width: number, height = 10) =>
  sharp({ create: { width, height, channels: 3, background: { r: 1, g: 200, b: 3 } } })
    .png()
    .toBuffer();

/** The user messages of a prompt: their texts, and of images the type. */
const users = (prompt: LanguageModelV4Prompt | undefined) =>
  (prompt ?? [])
    .filter((message) => message.role === "user")
    .map((message) => message.content.map((part) => (part.type === "text" ? part.text : part.mediaType)));

test("a model that sees is shown the images a message names, also when the message is an earlier one", async () => {
  const { turn, workspace, model } = await setUp([answerText("a"), answerText("b"), answerText("c")]);
  writeFileSync(join(workspace, "cat.png"), await picture(20));
  await turn("look at ./cat.png and ./missing.png");
  await turn("and now?");
  expect(users(model.requests[0]?.prompt)).toEqual([["look at ./cat.png and ./missing.png", "image/png"]]);
  expect(users(model.requests[1]?.prompt)).toEqual([
    ["look at ./cat.png and ./missing.png", "image/png"],
    ["and now?"],
  ]);
  rmSync(join(workspace, "cat.png"));
  await turn("gone");
  expect(users(model.requests[2]?.prompt)[0]).toEqual(["look at ./cat.png and ./missing.png"]);
});

test("an attachment that is named as well is shown once, one that is too large is shown smaller", async () => {
  const { turn, workspace, model } = await setUp([answerText("a")]);
  const cat = await picture(20);
  writeFileSync(join(workspace, "cat.png"), cat);
  writeFileSync(join(workspace, "wide.png"), await picture(4000));
  const text = `[media attached: ${join(workspace, "cat.png")} (image/png)]\nand ./wide.png`;
  await turn(text, { prompt: { text, images: [{ data: cat.toString("base64"), mimeType: "image/png" }] } });
  expect(users(model.requests[0]?.prompt)).toEqual([[text, "image/png", "image/jpeg"]]);
});

test("a file that is no image is told as left out, and a model that cannot see is shown nothing", async () => {
  const seeing = await setUp([answerText("a")]);
  writeFileSync(join(seeing.workspace, "fake.png"), "text");
  await seeing.turn("./fake.png");
  expect(users(seeing.model.requests[0]?.prompt)).toEqual([
    ["./fake.png", "[./fake.png] omitted image payload: it is not an image"],
  ]);
  const blind = await setUp([answerText("a")], { info: { input: ["text"] } });
  writeFileSync(join(blind.workspace, "cat.png"), await picture(20));
  await blind.turn("./cat.png");
  expect(users(blind.model.requests[0]?.prompt)).toEqual([["./cat.png"]]);
});

test("images of any tool's result are made fit before they are stored", async () => {
  const wide = (await picture(3000)).toString("base64");
  const camera = {
    name: "camera",
    description: "Takes a picture.",
    parameters: { type: "object" },
    execute: async () => ({ content: [{ type: "image" as const, data: wide, mimeType: "image/gif" }] }),
  };
  const { turn, sessions } = await setUp([callTools(["1", "camera", {}]), answerText("seen")], {
    tools: () => [camera],
  });
  await turn("cheese");
  const stored = sessions
    .transcript(mainKey)
    .context()
    .find((message) => message.role === "toolResult");
  expect(stored?.content).toMatchObject([{ type: "image", mimeType: "image/jpeg" }]);
  expect(JSON.stringify(stored).length).toBeLessThan(wide.length + 50_000);
});
