import { expect, test } from "vitest";
import { describeModelFailure } from "./describe-model-failure.ts";

const ref = { provider: "openai", model: "gpt-5.2" };
const now = Date.parse("2026-02-13T10:00:00Z");

/** An error as the AI SDK throws it for an HTTP answer. */
function httpError(
  statusCode: number,
  message: string,
  responseHeaders: Record<string, string> = {},
  responseBody?: string,
): Error {
  return Object.assign(new Error(message), {
    name: "AI_APICallError",
    statusCode,
    responseHeaders,
    responseBody,
    url: "https://api.example/v1/chat",
  });
}

function coded(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code }) });
}

const busy = "The AI service is temporarily overloaded. Please try again in a moment.";
const overflow =
  "Context overflow: prompt too large for the model. Try again with less input or a larger-context model.";

test.each([
  [httpError(400, "Unknown parameter: 'x'"), "format", false, "HTTP 400: Unknown parameter: 'x'"],
  [httpError(401, "Incorrect API key provided"), "auth", false, "HTTP 401: Incorrect API key provided"],
  [httpError(403, "Your credit balance is too low"), "billing", false, undefined],
  [httpError(400, "Your credit balance is too low to access the API"), "billing", false, undefined],
  [httpError(402, "Payment Required"), "billing", false, undefined],
  [httpError(404, "The model `x` does not exist"), "unknown", false, "HTTP 404: The model `x` does not exist"],
  [httpError(408, "Request Timeout"), "timeout", true, "HTTP 408: Request Timeout"],
  [httpError(429, "Rate limit reached"), "rate_limit", true, busy],
  [httpError(500, "Internal error"), "timeout", true, "HTTP 500: Internal error"],
  [
    httpError(502, "Bad Gateway", {}, "<html><body>nginx</body></html>"),
    "timeout",
    true,
    "HTTP 502: the server answered with a web page",
  ],
  [httpError(503, "Service Unavailable"), "overloaded", true, busy],
  [httpError(529, "Overloaded"), "overloaded", true, busy],
  [{ message: "Overloaded", type: "overloaded_error" }, "overloaded", true, busy],
  [{ error: { message: "You exceeded your current quota" } }, "rate_limit", true, busy],
  [httpError(400, "This model's maximum context length is 8192 tokens"), "context_overflow", false, overflow],
  [httpError(413, "Request too large"), "context_overflow", false, overflow],
  [new Error("prompt is too long: 210000 tokens > 200000 maximum"), "context_overflow", false, overflow],
  [new DOMException("The operation timed out", "TimeoutError"), "timeout", true, "LLM request timed out."],
  [coded("ETIMEDOUT"), "timeout", true, "LLM request timed out."],
  [coded("UND_ERR_HEADERS_TIMEOUT"), "timeout", true, "LLM request timed out."],
  [new DOMException("aborted", "AbortError"), "unknown", false, "The request was stopped."],
  ["something odd", "unknown", false, "⚠️ Agent failed before reply: something odd.\nLogs: openclaw logs --follow"],
  [undefined, "unknown", false, "LLM request failed with an unknown error."],
  [new Error(""), "unknown", false, "LLM request failed with an unknown error."],
])("%#: classifies %s", (error, kind, retryable, userMessage) => {
  const failure = describeModelFailure(error, ref, { now });
  expect(failure).toMatchObject({ kind, retryable });
  if (userMessage !== undefined) expect(failure.userMessage).toBe(userMessage);
});

test.each(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_SOCKET"])(
  "%s is a network failure worth another try",
  (code) => {
    const failure = describeModelFailure(coded(code), ref);
    expect(failure).toMatchObject({ kind: "network", retryable: true });
    expect(failure.userMessage).toMatch(
      /^⚠️ Agent failed before reply: .*provider "openai".*\.\nLogs: openclaw logs --follow$/s,
    );
  },
);

test.each([
  [
    httpError(400, "messages: roles must alternate between user and assistant"),
    "role-order",
    /^Message ordering conflict/,
  ],
  [
    httpError(400, "messages.3.content.1.tool_use.input: Field required"),
    "tool-input-missing",
    /^Session history looks corrupted/,
  ],
  [httpError(400, "image exceeds 5 MB maximum"), "image-size", /^Image too large for the model \(max 5MB\)\./],
  [
    httpError(400, "image dimensions exceed max allowed size for many-image requests: 2000 pixels"),
    "image-dimension",
    /^Image too large for the model\./,
  ],
  [
    httpError(400, "Please ensure that function call turn comes immediately after a user turn"),
    "turn-order",
    /Session history was corrupted/,
  ],
])("names the fault of a request that cannot succeed: %s", (error, fault, text) => {
  expect(describeModelFailure(error, ref)).toMatchObject({
    kind: "format",
    retryable: false,
    fault,
    userMessage: expect.stringMatching(text),
  });
});

test("too small a window is not mistaken for an overflow", () => {
  expect(
    describeModelFailure(new Error("Model context window too small (8000 tokens). Minimum is 16000."), ref).kind,
  ).toBe("unknown");
});

test("reads the message out of a body and never shows the body", () => {
  const body =
    '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too high"},"request_id":"req_1"}';
  expect(describeModelFailure(httpError(400, "Bad Request", {}, body), ref).userMessage).toBe(
    "LLM request rejected: max_tokens: too high",
  );
  expect(describeModelFailure(new Error(`400 ${body}`), ref).userMessage).not.toContain("{");
  expect(
    describeModelFailure({ type: "api_error", message: "boom", data: JSON.parse(body) }, ref).userMessage,
  ).not.toContain("{");
  const stream = { type: "api_error", message: "boom", request_id: "x" };
  expect(describeModelFailure(stream, ref).userMessage).toBe("LLM error api_error: boom (request_id: x)");
});

test("numbers inside ids are not taken for statuses", () => {
  expect(describeModelFailure(new Error("no such item req_4293x401"), ref).kind).toBe("unknown");
});

test("cuts long texts and masks secrets", () => {
  const key = "sk-proj-abcdefghijklmnop1234";
  const failure = describeModelFailure(httpError(401, `Incorrect API key provided: ${key}. ${"x".repeat(900)}`), ref);
  expect(failure.userMessage).not.toContain(key);
  expect(failure.detail).not.toContain(key);
  expect(failure.userMessage.length).toBeLessThanOrEqual(600);
});

test.each([
  [{ "retry-after": "7" }, "", 7000],
  [{ "retry-after": "0.5" }, "", 500],
  [{ "retry-after-ms": "1500", "retry-after": "9" }, "", 1500],
  [{ "retry-after": "Fri, 13 Feb 2026 10:00:30 GMT" }, "", 30_000],
  [{ "retry-after": "Fri, 13 Feb 2026 09:00:00 GMT" }, "", 0],
  [{ "retry-after": "soon" }, "", undefined],
  [{ "retry-after": "99999999" }, "", undefined],
  [{}, "Rate limit reached. Please try again in 20s.", 20_000],
  [{}, "Please retry in 12.5s", 12_500],
  [{}, "quota will reset after 1h2m3s", 3_723_000],
  [{}, "try again in 300ms", 300],
  [{}, "Rate limit reached", undefined],
])("reads how long to wait from %j %j", (headers, text, expected) => {
  expect(describeModelFailure(httpError(429, text || "Rate limited", headers), ref, { now }).retryAfterMs).toBe(
    expected,
  );
});

test("reads the thinking levels a provider supports", () => {
  const error = httpError(
    400,
    "Unsupported value: 'xhigh'. Supported values are: 'none', 'low', 'medium', and 'high'.",
  );
  expect(describeModelFailure(error, ref).supportedThinking).toEqual(["off", "low", "medium", "high"]);
});

test("survives errors that refer to themselves", () => {
  const error = new Error("loop");
  error.cause = error;
  expect(describeModelFailure(error, ref).kind).toBe("unknown");
});
