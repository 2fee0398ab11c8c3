import crypto from "node:crypto";
import type { ServerResponse } from "node:http";
import type { ClientCall, RunResult } from "@openclaw/agent-runtime";
import { sendJson } from "./api-error.ts";
import type { ApiServices } from "./api-services.ts";
import { chooseSession } from "./choose-session.ts";
import { openEventStream } from "./event-stream.ts";
import { readJsonBody } from "./read-json-body.ts";
import { readFiles, storeImages } from "./request-files.ts";
import { readResponsesRequest } from "./responses-request.ts";
import { type AgentAnswer, type AgentRequest, runAgent } from "./run-agent.ts";
import type { ServeApi } from "./serve-api.ts";
import { untilGone } from "./until-gone.ts";

const defaultMaxBodyBytes = 20 * 1024 * 1024;
const emptyAnswer = "No response from OpenClaw.";

/** `POST /v1/responses`: OpenAI's responses, answered by an agent. */
export const responses: ServeApi = async (request, response, services) => {
  const { maxBodyBytes = defaultMaxBodyBytes } = services.config().gateway?.http?.endpoints?.responses ?? {};
  const body = readResponsesRequest(await readJsonBody(request, maxBodyBytes));
  const { model, user, clientTools, maxOutputTokens } = body;
  const session = chooseSession({ headers: request.headers, model, user }, "openresponses", services);
  const gone = untilGone(response);
  const images = await storeImages(body.images, services, gone);
  const files = await readFiles(body.files, { ...services, session }, gone);
  const runId = `resp_${crypto.randomUUID()}`;
  const asked: AgentRequest = {
    ...session,
    runId,
    text: body.text,
    attachments: [...images, ...files.pictures],
    instructions: [...body.instructions, ...files.blocks],
    user,
    clientTools,
    maxOutputTokens,
  };
  const head: ResponseHead = {
    id: runId,
    object: "response",
    created_at: Math.floor(services.clock.now() / 1000),
    model,
  };
  if (body.stream) return stream(asked, head, response, services);
  const answer = await runAgent(asked, response, services);
  if (answer.state === "failed") {
    sendJson(response, answer.status, failedResponse(head, answer.message));
    return;
  }
  sendJson(response, 200, finalResponse(head, answer, messageId()));
};

interface ResponseHead {
  id: string;
  object: "response";
  created_at: number;
  model: string;
}

type Answered = AgentAnswer & { state: "ok" };

/** The answer as events, in the order in which OpenAI sends them. */
async function stream(
  asked: AgentRequest,
  head: ResponseHead,
  response: ServerResponse,
  services: ApiServices,
): Promise<void> {
  const id = messageId();
  const place = { item_id: id, output_index: 0, content_index: 0 };
  let events: ReturnType<typeof openEventStream> | undefined;
  let sequence = 0;
  let text = "";
  const send = (type: string, data: object) => {
    events?.event({ type, sequence_number: sequence, ...data }, type);
    sequence += 1;
  };
  const say = (piece: string) => {
    text += piece;
    send("response.output_text.delta", { ...place, delta: piece });
  };

  const answer = await runAgent(asked, response, services, {
    onAccepted() {
      events = openEventStream(response, services.timers);
      const running = { ...head, status: "in_progress", output: [], usage: usageOf(undefined) };
      send("response.created", { response: running });
      send("response.in_progress", { response: running });
      send("response.output_item.added", { output_index: 0, item: { ...messageItem(id, ""), ...opened } });
      send("response.content_part.added", { ...place, part: textPart("") });
    },
    onText: say,
  });
  if (answer.state === "failed") {
    send("response.failed", { response: failedResponse(head, answer.message) });
  } else {
    const calls = answer.result.clientCalls ?? [];
    if (text === "" && calls.length === 0) say(emptyAnswer);
    const item = messageItem(id, text);
    send("response.output_text.done", { ...place, text });
    send("response.content_part.done", { ...place, part: textPart(text) });
    send("response.output_item.done", { output_index: 0, item });
    const items = calls.map(callItem);
    for (const [index, call] of items.entries()) sendCall(send, call, index + 1);
    const whole = { ...head, ...outcome(answer.result), output: [item, ...items] };
    send(items.length > 0 ? "response.incomplete" : "response.completed", { response: whole });
  }
  events?.done();
}

const opened = { status: "in_progress", content: [] };

function sendCall(send: (type: string, data: object) => void, item: CallItem, index: number): void {
  const place = { item_id: item.id, output_index: index };
  send("response.output_item.added", { output_index: index, item: { ...item, arguments: "", status: "in_progress" } });
  send("response.function_call_arguments.delta", { ...place, delta: item.arguments });
  send("response.function_call_arguments.done", { ...place, name: item.name, arguments: item.arguments });
  send("response.output_item.done", { output_index: index, item });
}

function finalResponse(head: ResponseHead, { text, result }: Answered, id: string): object {
  const calls = (result.clientCalls ?? []).map(callItem);
  const said = text || (calls.length > 0 ? "" : emptyAnswer);
  const output = [...(said === "" ? [] : [messageItem(id, said)]), ...calls];
  return { ...head, ...outcome(result), output };
}

/** A call that waits for the client leaves the response incomplete. */
function outcome({ clientCalls = [], usage }: RunResult): object {
  return { status: clientCalls.length > 0 ? "incomplete" : "completed", usage: usageOf(usage) };
}

function failedResponse(head: ResponseHead, message: string): object {
  return { ...head, status: "failed", output: [], usage: usageOf(undefined), error: { code: "api_error", message } };
}

function messageItem(id: string, text: string) {
  return { type: "message", id, role: "assistant", content: [textPart(text)], status: "completed" };
}

function textPart(text: string) {
  return { type: "output_text", text, annotations: [] };
}

interface CallItem {
  type: "function_call";
  id: string;
  call_id: string;
  name: string;
  arguments: string;
  status: "completed";
}

function callItem({ toolCallId, name, arguments: args }: ClientCall): CallItem {
  return {
    type: "function_call",
    id: `call_${crypto.randomUUID()}`,
    call_id: toolCallId,
    name,
    arguments: JSON.stringify(args),
    status: "completed",
  };
}

function messageId(): string {
  return `msg_${crypto.randomUUID()}`;
}

function usageOf(usage: RunResult["usage"]): object {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage ?? {};
  const tokens = input + cacheRead + cacheWrite;
  return { input_tokens: tokens, output_tokens: output, total_tokens: tokens + output };
}
