import crypto from "node:crypto";
import type { Usage } from "@openclaw/sessions";
import { z } from "zod";
import { ApiError, sendJson } from "./api-error.ts";
import { chooseSession } from "./choose-session.ts";
import { type EventStream, openEventStream } from "./event-stream.ts";
import { foldMessages, type RequestMessage } from "./fold-messages.ts";
import { readJsonBody } from "./read-json-body.ts";
import { fileOfUrl, storeImages } from "./request-files.ts";
import { runAgent } from "./run-agent.ts";
import type { ServeApi } from "./serve-api.ts";
import { untilGone } from "./until-gone.ts";

const maxBodyBytes = 1024 * 1024;
const emptyAnswer = "No response from OpenClaw.";
const noUserMessage = "Missing user message in `messages`.";

/** What is read of a request; everything else is ignored. */
const requestBody = z.object({
  model: z.string().nullish(),
  messages: z.array(z.unknown()).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().nullish(),
});
const roles: Readonly<Record<string, RequestMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};
const message = z.object({ role: z.string(), name: z.string().nullish(), content: z.unknown().optional() });
const textPart = z.object({ type: z.enum(["text", "input_text"]), text: z.string() });
const imagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.union([z.string(), z.object({ url: z.string() })]),
});

/** `POST /v1/chat/completions`: OpenAI's chat completions, answered by an agent. */
export const chatCompletions: ServeApi = async (request, response, services) => {
  const body = requestBody.safeParse(await readJsonBody(request, maxBodyBytes));
  if (!body.success) throw new ApiError(400, problemOf(body.error));
  const { messages, stream, stream_options: streamOptions } = body.data;
  const model = body.data.model ?? "openclaw";
  const user = body.data.user ?? undefined;
  const folded = foldMessages((messages ?? []).flatMap(readMessage));
  if (folded === undefined) throw new ApiError(400, noUserMessage);
  const session = chooseSession({ headers: request.headers, model, user }, "openai", services);
  const attachments = await storeImages(folded.images, services, untilGone(response));

  const runId = `chatcmpl_${crypto.randomUUID()}`;
  const created = Math.floor(services.clock.now() / 1000);
  const asked = { ...session, runId, text: folded.text, attachments, instructions: folded.instructions, user };
  if (stream !== true) {
    const answer = await runAgent(asked, response, services);
    if (answer.state === "failed") throw new ApiError(answer.status, answer.message, "api_error");
    const content = answer.text || emptyAnswer;
    sendJson(response, 200, {
      id: runId,
      object: "chat.completion",
      created,
      model,
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: usageOf(answer.result.usage),
    });
    return;
  }

  const chunk = { id: runId, object: "chat.completion.chunk", created, model };
  let events: EventStream | undefined;
  let spoke = false;
  const send = (delta: object, finish: "stop" | null = null) =>
    events?.event({ ...chunk, choices: [{ index: 0, delta, finish_reason: finish }] });
  const answer = await runAgent(asked, response, services, {
    onAccepted() {
      events = openEventStream(response, services.timers);
      send({ role: "assistant" });
    },
    onText(piece) {
      spoke = true;
      send({ content: piece });
    },
  });
  if (answer.state === "failed") {
    send({ content: `${spoke ? "\n\n" : ""}Error: ${answer.message}` }, "stop");
  } else {
    if (!spoke) send({ content: emptyAnswer });
    send({}, "stop");
    if (streamOptions?.include_usage === true) {
      events?.event({ ...chunk, choices: [], usage: usageOf(answer.result.usage) });
    }
  }
  events?.done();
};

function readMessage(given: unknown): RequestMessage[] {
  const read = message.safeParse(given);
  const role = read.success ? roles[read.data.role] : undefined;
  if (!read.success || role === undefined) return [];
  const { name, content } = read.data;
  const parts: unknown[] = Array.isArray(content) ? content : [{ type: "text", text: content }];
  const texts = parts.flatMap((part) => textPart.safeParse(part).data?.text ?? []);
  const images = parts.flatMap((part) => {
    const found = imagePart.safeParse(part).data?.image_url;
    return found === undefined ? [] : [fileOfUrl(typeof found === "string" ? found : found.url)];
  });
  return [{ role, text: texts.join("\n"), images: role === "user" ? images : [], files: [], name: name ?? undefined }];
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "Invalid request" : `${issue.path.join(".")}: ${issue.message}`;
}

function usageOf(usage: Usage | undefined): object {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage ?? {};
  const prompt = input + cacheRead + cacheWrite;
  return { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output };
}
