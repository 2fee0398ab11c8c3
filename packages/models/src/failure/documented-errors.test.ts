import { createServer } from "node:http";
import { silentLog } from "@openclaw/log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createModels, type Models } from "../create-models.ts";
import { collect, userPrompt } from "../testing/collect.ts";
import { describeModelFailure, type ModelFailure } from "./describe-model-failure.ts";
import { failoverOf } from "./failover-reason.ts";

interface Served {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

let answer: Served | { events: readonly unknown[] } = { status: 500, body: {} };
const server = createServer((request, response) => {
  request.resume();
  if ("events" in answer) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of answer.events) {
      const type = Object(event).type;
      response.write(`${type ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
    return;
  }
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
  response.end(text);
});
let models: Models;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const config = {
    models: {
      providers: {
        anthropic: { baseUrl: url, models: [] },
        openai: { baseUrl: `${url}/v1`, api: "openai-completions", models: [] },
      },
    },
  };
  models = createModels({ config: () => config, env: { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k" }, log: silentLog });
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

async function failureOf(api: "anthropic" | "openai"): Promise<ModelFailure> {
  const ref = { provider: api, model: api === "anthropic" ? "claude-opus-4-6" : "gpt-4o" };
  const { languageModel } = await models.resolve(ref);
  try {
    const result = await collect(languageModel, { prompt: userPrompt("hello") });
    if (result.error === undefined) throw new Error("the call succeeded");
    return describeModelFailure(result.error, ref);
  } catch (error) {
    return describeModelFailure(error, ref);
  }
}

const anthropic = (status: number, type: string, message: string): Served => ({
  status,
  body: { type: "error", error: { type, message }, request_id: "req_011CSHoEeqs5C35K2UUqR7Fy" },
});
const openai = (status: number, message: string, type: string, code: string | null): Served => ({
  status,
  body: { error: { message, type, param: null, code } },
});

// The errors as the providers document them, and what follows each.
test.each<["anthropic" | "openai", Served, string, string]>([
  ["anthropic", anthropic(400, "invalid_request_error", "max_tokens: Field required"), "format", "rotate format"],
  [
    "anthropic",
    anthropic(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    "billing",
    "rotate billing",
  ],
  [
    "anthropic",
    anthropic(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "context_overflow",
    "stop",
  ],
  ["anthropic", anthropic(400, "invalid_request_error", "messages: roles must alternate"), "format", "stop"],
  ["anthropic", anthropic(400, "invalid_request_error", "messages.1: image exceeds 5 MB maximum"), "format", "stop"],
  ["anthropic", anthropic(401, "authentication_error", "invalid x-api-key"), "auth", "rotate auth"],
  ["anthropic", anthropic(402, "billing_error", "Payment required"), "billing", "rotate billing"],
  [
    "anthropic",
    anthropic(403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "auth",
    "rotate auth",
  ],
  ["anthropic", anthropic(404, "not_found_error", "model: claude-x"), "unknown", "next-model unknown"],
  ["anthropic", anthropic(413, "request_too_large", "Request exceeds the maximum size"), "context_overflow", "stop"],
  [
    "anthropic",
    anthropic(429, "rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit"),
    "rate_limit",
    "rotate rate_limit",
  ],
  ["anthropic", anthropic(500, "api_error", "Internal server error"), "timeout", "rotate timeout"],
  ["anthropic", anthropic(504, "timeout_error", "The request timed out"), "timeout", "rotate timeout"],
  ["anthropic", anthropic(529, "overloaded_error", "Overloaded"), "overloaded", "rotate rate_limit"],
  [
    "openai",
    openai(400, "Unknown parameter: 'x'.", "invalid_request_error", "unknown_parameter"),
    "format",
    "rotate format",
  ],
  [
    "openai",
    openai(
      400,
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
      "invalid_request_error",
      "context_length_exceeded",
    ),
    "context_overflow",
    "stop",
  ],
  [
    "openai",
    openai(
      401,
      "Incorrect API key provided: sk-abc. You can find your API key at …",
      "invalid_request_error",
      "invalid_api_key",
    ),
    "auth",
    "rotate auth",
  ],
  [
    "openai",
    openai(
      403,
      "Country, region, or territory not supported",
      "request_forbidden",
      "unsupported_country_region_territory",
    ),
    "auth",
    "rotate auth",
  ],
  [
    "openai",
    openai(
      404,
      "The model `gpt-x` does not exist or you do not have access to it.",
      "invalid_request_error",
      "model_not_found",
    ),
    "unknown",
    "next-model unknown",
  ],
  [
    "openai",
    openai(
      429,
      "Rate limit reached for gpt-4o in organization org-1 on tokens per min.",
      "tokens",
      "rate_limit_exceeded",
    ),
    "rate_limit",
    "rotate rate_limit",
  ],
  [
    "openai",
    openai(
      429,
      "You exceeded your current quota, please check your plan and billing details.",
      "insufficient_quota",
      "insufficient_quota",
    ),
    "rate_limit",
    "rotate rate_limit",
  ],
  [
    "openai",
    openai(500, "The server had an error while processing your request", "server_error", null),
    "timeout",
    "rotate timeout",
  ],
  [
    "openai",
    openai(503, "The engine is currently overloaded, please try again later", "server_error", null),
    "overloaded",
    "rotate rate_limit",
  ],
  [
    "openai",
    { status: 502, body: "<html><body>Bad Gateway</body></html>", headers: { "content-type": "text/html" } },
    "timeout",
    "rotate timeout",
  ],
  ["openai", { status: 429, body: "" }, "rate_limit", "rotate rate_limit"],
])("%#: %s %j", async (api, served, kind, next) => {
  answer = served;
  const failure = await failureOf(api);
  expect(failure.kind).toBe(kind);
  const decision = failoverOf(failure);
  expect(decision.kind === "stop" ? "stop" : `${decision.kind} ${decision.reason}`).toBe(next);
  expect(failure.userMessage).not.toMatch(/[{<]\s*["!h]/);
});

test("errors that arrive inside a stream are classified the same way", async () => {
  answer = {
    events: [
      {
        type: "message_start",
        message: {
          id: "m",
          type: "message",
          role: "assistant",
          content: [],
          model: "c",
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      },
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    ],
  };
  expect(failoverOf(await failureOf("anthropic"))).toMatchObject({ kind: "rotate", reason: "rate_limit" });
  answer = { events: [{ error: { message: "Rate limit reached", type: "rate_limit_error", code: null } }] };
  expect(failoverOf(await failureOf("openai"))).toMatchObject({ kind: "rotate", reason: "rate_limit" });
});
