import type { Script, ScriptInput } from "./script.ts";
import type { Reply } from "./scripted-model-server.ts";
import { itemsOf, textOf } from "./wire-body.ts";

/** Reads a messages body. Tool results are blocks of a user message here. */
export function readAnthropicInput(body: Record<string, unknown>): ScriptInput {
  const messages = itemsOf(body.messages);
  const results = itemsOf(messages.at(-1)?.content).filter((block) => block.type === "tool_result");
  const user = messages.findLast(
    (message) =>
      message.role === "user" &&
      (typeof message.content === "string" || itemsOf(message.content).some((block) => block.type === "text")),
  );
  return {
    lastUserText: textOf(user?.content),
    ...(results.length > 0 && { toolResult: results.map((block) => textOf(block.content)).join("\n") }),
  };
}

/** Answers as `POST /v1/messages` does, streamed or not. */
export async function answerAnthropic(reply: Reply, script: Script, body: Record<string, unknown>): Promise<void> {
  const words = script.words ?? [];
  const id = `msg_${reply.number}`;
  const tools = (script.tools ?? []).map((tool, index) => ({ ...tool, id: `toolu_${reply.number}_${index}` }));
  const stopReason = tools.length > 0 ? "tool_use" : "end_turn";
  const input = {
    input_tokens: script.usage?.input ?? Math.ceil(reply.bodyLength / 4),
    cache_read_input_tokens: script.usage?.cached ?? 0,
    cache_creation_input_tokens: 0,
  };
  const outputTokens = script.usage?.output ?? words.length;
  const base = { id, type: "message", role: "assistant", model: body.model, stop_sequence: null };

  if (body.stream !== true) {
    const content = [
      ...(script.reasoning ? [{ type: "thinking", thinking: script.reasoning, signature: "signed" }] : []),
      ...(words.length > 0 ? [{ type: "text", text: words.join(" ") }] : []),
      ...tools.map((tool) => ({ type: "tool_use", id: tool.id, name: tool.name, input: JSON.parse(tool.args) })),
    ];
    const usage = { ...input, output_tokens: outputTokens };
    reply.json(200, { ...base, content, stop_reason: stopReason, usage });
    return;
  }

  const event = (data: { type: string } & Record<string, unknown>) => reply.event(data, data.type);
  let index = -1;
  const open = (block: object) => event({ type: "content_block_start", index: ++index, content_block: block });
  const delta = (change: object) => event({ type: "content_block_delta", index, delta: change });
  const close = () => event({ type: "content_block_stop", index });

  reply.startStream();
  event({
    type: "message_start",
    message: { ...base, content: [], stop_reason: null, usage: { ...input, output_tokens: 1 } },
  });
  event({ type: "ping" });
  if (script.reasoning) {
    open({ type: "thinking", thinking: "", signature: "" });
    delta({ type: "thinking_delta", thinking: script.reasoning });
    delta({ type: "signature_delta", signature: "signed" });
    close();
  }
  if (words.length > 0) {
    open({ type: "text", text: "" });
    for (const word of words) {
      await reply.pause(script.gapMs);
      delta({ type: "text_delta", text: `${word} ` });
    }
    if (script.holds) await reply.released();
    if (!script.ending) close();
  }
  for (const tool of tools) {
    open({ type: "tool_use", id: tool.id, name: tool.name, input: {} });
    delta({ type: "input_json_delta", partial_json: tool.args });
    close();
  }
  if (script.ending) {
    return reply.breakOff(script.ending, anthropicError(529, script.message ?? "Overloaded"), "error");
  }
  event({
    type: "message_delta",
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: outputTokens },
  });
  event({ type: "message_stop" });
  reply.endStream();
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

export function anthropicError(status: number, message: string): object {
  return { type: "error", error: { type: errorTypes[status] ?? "api_error", message }, request_id: "req_scripted" };
}
