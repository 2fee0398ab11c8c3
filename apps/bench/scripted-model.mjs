// A deterministic OpenAI-compatible model server for benchmarks and end-to-end tests.
//   node scripted-model.mjs [port=9797]
// POST /v1/chat/completions (stream and non-stream), GET /v1/models, GET /__stats.
// The last user message steers it:
//   "tool:<name> <json>"  answers with one tool call, then, once the tool result is in, with "tool said: <result>"
//   "tools:<n>:<name> <json>"  the same <n> times, one call after the other
//   "slow:<ms> ..."       waits <ms> between two tokens (to test abort, steer, typing)
//   "status:<code> ..."   fails with that HTTP status (429, 500, 401, 402, 529)
//   "long:<words> ..."    streams that many words
//   anything else         streams a short fixed reply that quotes the message
import http from "node:http";

const port = Number(process.argv[2] ?? 9797);
const stats = { requests: 0, aborted: 0, lastRequest: null };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function textOf(content) {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("\n");
}

function plan(messages) {
  const last = messages.at(-1);
  const results = messages.slice(messages.findLastIndex((message) => message.role === "user") + 1);
  const calls = results.filter((message) => message.role === "tool").length;
  const several = /(?:^|\n|\] ?)tools:(\d+):(\S+)\s*([^\n]*)/.exec(
    textOf(messages.findLast((message) => message.role === "user")?.content ?? ""),
  );
  if (several && calls < Number(several[1])) return { tool: { name: several[2], args: several[3] || "{}" } };
  if (last?.role === "tool") return { words: `tool said: ${textOf(last.content).slice(0, 400)}`.split(" "), gapMs: 0 };
  const user = messages.findLast((message) => message.role === "user");
  // A channel may wrap the message in an envelope; a command counts wherever a line starts with it.
  const text = textOf(user?.content ?? "");
  const command = /(?:^|\n|\] ?)(tool|slow|status|long):(\S+)\s*([^\n]*)/.exec(text);
  if (!command) return { words: `You said: ${text.slice(-200)}`.split(" "), gapMs: 0 };
  const [, kind, arg, rest] = command;
  if (kind === "tool") return { tool: { name: arg, args: rest || "{}" } };
  if (kind === "slow")
    return {
      words: `slow reply to ${rest}`.split(" ").concat("one two three four five six seven eight".split(" ")),
      gapMs: Number(arg),
    };
  if (kind === "status") return { status: Number(arg) };
  return { words: Array.from({ length: Number(arg) }, (_, i) => `word${i}`), gapMs: 0 };
}

http
  .createServer(async (req, res) => {
    const json = (status, body) => {
      res.writeHead(status, { "content-type": "application/json" });
      res.end(JSON.stringify(body));
    };
    if (req.url === "/__stats") return json(200, stats);
    if (req.url?.endsWith("/models")) return json(200, { object: "list", data: [{ id: "fake-1", object: "model" }] });
    let raw = "";
    for await (const chunk of req) raw += chunk;
    stats.requests += 1;
    let body;
    try {
      body = JSON.parse(raw);
    } catch {
      return json(400, { error: { message: "invalid JSON", type: "invalid_request_error" } });
    }
    stats.lastRequest = body;
    const { words = [], gapMs = 0, tool, status } = plan(body.messages ?? []);
    if (status)
      return json(status, {
        error: {
          message: `forced status ${status}`,
          type: status === 429 ? "rate_limit_error" : "api_error",
          code: status,
        },
      });
    const id = `chatcmpl-${stats.requests}`;
    const created = Math.floor(Date.now() / 1000);
    const usage = {
      prompt_tokens: Math.ceil(raw.length / 4),
      completion_tokens: words.length,
      total_tokens: Math.ceil(raw.length / 4) + words.length,
    };
    const call = tool && {
      id: `call_${stats.requests}`,
      type: "function",
      function: { name: tool.name, arguments: tool.args },
    };
    const finish = tool ? "tool_calls" : "stop";
    if (!body.stream) {
      const message = {
        role: "assistant",
        content: tool ? null : words.join(" "),
        ...(call && { tool_calls: [call] }),
      };
      return json(200, {
        id,
        object: "chat.completion",
        created,
        model: body.model,
        choices: [{ index: 0, message, finish_reason: finish }],
        usage,
      });
    }
    let open = true;
    res.on("close", () => {
      if (!res.writableEnded) {
        open = false;
        stats.aborted += 1;
      }
    });
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    const send = (delta, finish_reason = null, extra = {}) =>
      open &&
      res.write(
        `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created, model: body.model, choices: [{ index: 0, delta, finish_reason }], ...extra })}\n\n`,
      );
    send({ role: "assistant", content: "" });
    if (call) send({ tool_calls: [{ index: 0, ...call }] });
    for (const word of words) {
      if (gapMs) await sleep(gapMs);
      send({ content: `${word} ` });
    }
    send({}, finish);
    if (open)
      res.write(
        `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created, model: body.model, choices: [], usage })}\n\n`,
      );
    if (open) res.end("data: [DONE]\n\n");
  })
  .listen(port, "127.0.0.1", () => console.log(`scripted-model listening on http://127.0.0.1:${port}/v1`));
