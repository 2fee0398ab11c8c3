import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface EchoRequest {
  system: string;
  tools: readonly string[];
  messages: string;
}

/** A model of the suite: it says what it was told to, or repeats what it was asked. */
export interface EchoModel {
  /** For an `openai-completions` provider. */
  readonly url: string;
  /** The text of the last user message of every request so far. */
  readonly prompts: readonly string[];
  /** The system prompts of these requests, the names of the tools they offered, and all of the conversation as JSON. */
  readonly requests: readonly EchoRequest[];
  /** The next answers, one each. */
  say(...answers: string[]): void;
  /** Holds answers back until the returned function is called. */
  hold(): () => void;
  /** Resolves when request number `count` (from 1) has arrived. */
  asked(count: number): Promise<string>;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. Without an answer to give it says `echo: ` and the last line it was asked. */
export async function startEchoModel(): Promise<EchoModel> {
  const prompts: string[] = [];
  const requests: EchoRequest[] = [];
  const answers: string[] = [];
  const waiting: { count: number; resolve(prompt: string): void }[] = [];
  let gate: Promise<void> = Promise.resolve();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let raw = "";
    for await (const chunk of request) raw += chunk;
    const prompt = lastUserText(raw);
    prompts.push(prompt);
    requests.push(readOffer(raw));
    for (const waiter of waiting.splice(0)) {
      if (waiter.count <= prompts.length) waiter.resolve(prompts[waiter.count - 1] ?? prompt);
      else waiting.push(waiter);
    }
    const text = answers.shift() ?? `echo: ${lastLine(prompt)}`;
    await gate;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (delta: object, finish: string | null) =>
      response.write(
        `data: ${JSON.stringify({
          id: `answer-${prompts.length}`,
          object: "chat.completion.chunk",
          created: 1,
          model: "echo",
          choices: [{ index: 0, delta, finish_reason: finish }],
        })}\n\n`,
      );
    chunk({ role: "assistant", content: text }, null);
    chunk({}, "stop");
    response.end("data: [DONE]\n\n");
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the model server has no port");

  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    prompts,
    requests,
    say: (...texts) => void answers.push(...texts),
    hold() {
      let open: () => void = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    asked(count) {
      const known = prompts[count - 1];
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a request offers its model beside the conversation. */
function readOffer(raw: string): EchoRequest {
  const body: unknown = JSON.parse(raw);
  const tools = isRecord(body) && Array.isArray(body.tools) ? body.tools : [];
  return {
    system: textOfLast(body, "system"),
    messages: JSON.stringify(isRecord(body) ? body.messages : []),
    tools: tools.flatMap((tool: unknown) =>
      isRecord(tool) && isRecord(tool.function) && typeof tool.function.name === "string" ? [tool.function.name] : [],
    ),
  };
}

function lastUserText(raw: string): string {
  return textOfLast(JSON.parse(raw), "user");
}

function textOfLast(body: unknown, role: "user" | "system"): string {
  const messages = isRecord(body) && Array.isArray(body.messages) ? body.messages : [];
  const last: unknown = messages.findLast((message) => isRecord(message) && message.role === role);
  const content = isRecord(last) ? last.content : "";
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? content : [];
  return parts.map((part) => (isRecord(part) && typeof part.text === "string" ? part.text : "")).join("\n");
}

/** The last line the person wrote, without the marks around it. */
function lastLine(prompt: string): string {
  const lines = prompt
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^\[(message_id|from|id|[a-z]+ message id):?[^\]]*\]$/.test(line));
  return (lines.at(-1) ?? "").replace(/^\[[^\]]*\]\s*/, "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
