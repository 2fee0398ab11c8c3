import fc from "fast-check";
import { expect, it } from "vitest";
import { startTestGateway, testToken } from "../src/testing/test-gateway.ts";

const fields = [
  "model messages input role content type text stream user tools tool_choice function name parameters image_url url",
  "source media_type data filename file_data call_id output instructions max_output_tokens tool action args sessionKey",
].flatMap((line) => line.split(" "));
const words = fc.constantFrom<unknown>(
  "openclaw",
  "user",
  "system",
  "message",
  "input_text",
  "input_file",
  "input_image",
  "function_call_output",
  "required",
  "function",
  "sessions_list",
  "read",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "agent:ghost:main",
  "data:image/png;base64,AAAA",
  "http://127.0.0.1:1/x",
  "a\u0000b",
  "x".repeat(5000),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    words,
    fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, ""),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...fields), tie("value"), { maxKeys: 6 }),
  ),
}));
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 8 }).map((it) => JSON.stringify(it)),
  },
  fc.json(),
  fc.string({ unit: "binary" }),
);
const path = fc.constantFrom("/v1/chat/completions", "/v1/responses", "/tools/invoke");
const headers = fc.dictionary(
  fc.constantFrom("x-openclaw-agent-id", "x-openclaw-session-key", "x-openclaw-message-channel"),
  fc.constantFrom("main", "ghost", "agent:", "agent:main:x", "telegram", " ", "../x"),
  { maxKeys: 2 },
);

const patience = { timeout: 40_000 };

it("whatever comes over HTTP is answered in the form of the API, and the Gateway goes on", patience, async () => {
  await using gateway = await startTestGateway({
    config: {
      gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } },
      tools: { deny: ["gateway", "exec"] },
    },
  });
  const ask = fc.asyncProperty(path, headers, body, async (target, more, text) => {
    const answer = await fetch(`${gateway.httpUrl}${target}`, {
      method: "POST",
      headers: { authorization: `Bearer ${testToken}`, ...more },
      body: text,
    });
    const answered = await answer.text();
    expect(answer.status).not.toBe(500);
    expect(answered).not.toContain("/src/");
    if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
      expect(answered.endsWith("data: [DONE]\n\n")).toBe(true);
      return;
    }
    const read: unknown = JSON.parse(answered);
    if (answer.status !== 200) expect(read).toMatchObject({ error: { message: expect.any(String) } });
  });
  await fc.assert(ask, { numRuns: 1500, interruptAfterTimeLimit: 15_000 });
  expect((await fetch(`${gateway.httpUrl}/readyz`)).status).toBe(200);
  expect(gateway.log()).not.toContain("HTTP request failed");
});
