import type { Script, ScriptInput } from "./script.ts";
import type { Reply } from "./scripted-model-server.ts";
import { openaiError } from "./scripted-openai.ts";
import { itemsOf, textOf } from "./wire-body.ts";

/** Reads a Responses body. */
export function readResponsesInput(body: Record<string, unknown>): ScriptInput {
  const items = itemsOf(body.input);
  const results: Record<string, unknown>[] = [];
  for (const item of items.toReversed()) {
    if (item.type !== "function_call_output") break;
    results.unshift(item);
  }
  const user = items.findLast((item) => item.role === "user");
  return {
    lastUserText: textOf(user?.content),
    ...(results.length > 0 && { toolResult: results.map((item) => textOf(item.output)).join("\n") }),
  };
}

/** Answers as `POST /v1/responses` does, streamed or not. */
export async function answerResponses(reply: Reply, script: Script, body: Record<string, unknown>): Promise<void> {
  const { number } = reply;
  const words = script.words ?? [];
  const summary = script.reasoning ? [{ type: "summary_text", text: script.reasoning }] : [];
  const reasoning = { type: "reasoning", id: `rs_${number}`, summary, encrypted_content: "encrypted" };
  const message = (text: string) => ({
    type: "message",
    id: `msg_${number}`,
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [] }],
  });
  const calls = (script.tools ?? []).map((tool, index) => ({
    type: "function_call",
    id: `fc_${number}_${index}`,
    call_id: `call_${number}_${index}`,
    name: tool.name,
    arguments: tool.args,
    status: "completed",
  }));
  const input = script.usage?.input ?? Math.ceil(reply.bodyLength / 4);
  const output = script.usage?.output ?? words.length;
  const response = {
    id: `resp_${number}`,
    object: "response",
    created_at: 1_760_000_000,
    model: body.model,
    status: "completed",
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: script.usage?.cached ?? 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };

  if (body.stream !== true) {
    const items = [
      ...(script.reasoning ? [reasoning] : []),
      ...(words.length > 0 ? [message(words.join(" "))] : []),
      ...calls,
    ];
    reply.json(200, { ...response, output: items });
    return;
  }

  const event = (type: string, data: object) => reply.event({ type, ...data }, type);
  let index = -1;
  reply.startStream();
  event("response.created", { response: { ...response, status: "in_progress", usage: null } });
  if (script.reasoning) {
    index += 1;
    const at = { output_index: index, item_id: reasoning.id, summary_index: 0 };
    event("response.output_item.added", { output_index: index, item: { ...reasoning, summary: [] } });
    event("response.reasoning_summary_part.added", { ...at, part: { type: "summary_text", text: "" } });
    event("response.reasoning_summary_text.delta", { ...at, delta: script.reasoning });
    event("response.output_item.done", { output_index: index, item: reasoning });
  }
  if (words.length > 0) {
    index += 1;
    const at = { output_index: index, item_id: `msg_${number}`, content_index: 0 };
    event("response.output_item.added", { output_index: index, item: { ...message(""), content: [] } });
    for (const word of words) {
      await reply.pause(script.gapMs);
      event("response.output_text.delta", { ...at, delta: `${word} ` });
    }
    if (script.holds) await reply.released();
    if (!script.ending) {
      event("response.output_item.done", { output_index: index, item: message(`${words.join(" ")} `) });
    }
  }
  for (const call of calls) {
    index += 1;
    event("response.output_item.added", { output_index: index, item: { ...call, arguments: "" } });
    const half = Math.ceil(call.arguments.length / 2);
    for (const delta of [call.arguments.slice(0, half), call.arguments.slice(half)]) {
      event("response.function_call_arguments.delta", { output_index: index, item_id: call.id, delta });
    }
    event("response.output_item.done", { output_index: index, item: call });
  }
  if (script.ending) {
    const error = { type: "error", code: "server_error", message: script.message ?? "the server is overloaded" };
    return reply.breakOff(script.ending, script.ending === "error" ? error : openaiError(500, ""), "error");
  }
  event("response.completed", { response });
  reply.endStream();
}
