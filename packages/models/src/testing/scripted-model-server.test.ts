import { afterEach, beforeEach, expect, test } from "vitest";
import type { ScriptedModelServer } from "./scripted-model-server.ts";
import { startScriptedModelServer } from "./scripted-model-server.ts";

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const ask = (messages: object[], stream = false) =>
  fetch(`${server.openaiUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "fake-1", messages, stream }),
  });

const user = (content: string) => ({ role: "user", content });

test("answers plain text, lists its model and refuses what is no JSON", async () => {
  expect(await (await ask([user("hello")])).json()).toMatchObject({
    choices: [{ message: { content: "You said: hello" } }],
  });
  expect(await (await fetch(`${server.openaiUrl}/models`)).json()).toMatchObject({ data: [{ id: "fake-1" }] });
  expect((await fetch(`${server.openaiUrl}/chat/completions`, { method: "POST", body: "{" })).status).toBe(400);
});

test("calls a tool and then tells what it said", async () => {
  const call = [user('[Fri 2026-02-13 10:00 UTC] tool:read {"path":"a"}')];
  expect(await (await ask(call)).json()).toMatchObject({
    choices: [
      {
        finish_reason: "tool_calls",
        message: { tool_calls: [{ function: { name: "read", arguments: '{"path":"a"}' } }] },
      },
    ],
  });
  expect(await (await ask([...call, { role: "tool", content: "the file" }])).json()).toMatchObject({
    choices: [{ message: { content: "tool said: the file" } }],
  });
});

test("fails with a status, and streams many words to the end", async () => {
  expect((await ask([user("status:429 retry-after=3")])).headers.get("retry-after")).toBe("3");
  const stream = await (await ask([user("long:50 x")], true)).text();
  expect(stream.match(/word\d+/g)).toHaveLength(50);
  expect(stream.trimEnd().endsWith("data: [DONE]")).toBe(true);
});

test("queued scripts come before steering words, one each", async () => {
  server.enqueue({ words: ["first"] });
  expect(await (await ask([user("status:500 x")])).json()).toMatchObject({
    choices: [{ message: { content: "first" } }],
  });
  expect((await ask([user("status:500 x")])).status).toBe(500);
});
