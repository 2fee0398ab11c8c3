import type { Script, ScriptInput } from "./script.ts";
import type { Reply } from "./scripted-model-server.ts";
import { itemsOf, textOf } from "./wire-body.ts";

/** Reads a chat-completions body. */
export function readOpenAIInput(body: Record<string, unknown>): ScriptInput {
  const messages = itemsOf(body.messages);
  const last = messages.at(-1);
  const user = messages.findLast((message) => message.role === "user");
  return {
    lastUserText: textOf(user?.content),
    ...(last?.role === "tool" && { toolResult: textOf(last.content) }),
  };
}

/** Answers as `POST /v1/chat/completions` does, streamed or not. */
export async function answerOpenAI(reply: Reply, script: Script, body: Record<string, unknown>): Promise<void> {
  const words = script.words ?? [];
  const id = `chatcmpl-${reply.number}`;
  const base = { id, created: 1_760_000_000, model: body.model };
  const calls = (script.tools ?? []).map((tool, index) => ({
    index,
    id: `call_${reply.number}_${index}`,
    type: "function",
    function: { name: tool.name, arguments: tool.args },
  }));
  const finish = calls.length > 0 ? "tool_calls" : "stop";
  const prompt = script.usage?.input ?? Math.ceil(reply.bodyLength / 4);
  const completion = script.usage?.output ?? words.length;
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(script.usage?.cached !== undefined && { prompt_tokens_details: { cached_tokens: script.usage.cached } }),
  };

  if (body.stream !== true) {
    const message = {
      role: "assistant",
      content: words.length > 0 ? words.join(" ") : null,
      ...(script.reasoning && { reasoning_content: script.reasoning }),
      ...(calls.length > 0 && { tool_calls: calls.map(({ index: _, ...call }) => call) }),
    };
    reply.json(200, {
      ...base,
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason: finish }],
      usage,
    });
    return;
  }

  const chunk = (delta: object, finishReason: string | null = null) =>
    reply.event({
      ...base,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    });
  reply.startStream();
  chunk({ role: "assistant", content: "" });
  if (script.reasoning) chunk({ reasoning_content: script.reasoning });
  for (const word of words) {
    await reply.pause(script.gapMs);
    chunk({ content: `${word} ` });
  }
  if (script.holds) await reply.released();
  if (calls.length > 0) chunk({ tool_calls: calls });
  if (script.ending) {
    return reply.breakOff(script.ending, {
      error: { message: script.message ?? "the server is overloaded", type: "overloaded_error" },
    });
  }
  chunk({}, finish);
  if (wantsUsage(body.stream_options)) reply.event({ ...base, object: "chat.completion.chunk", choices: [], usage });
  reply.endStream("data: [DONE]\n\n");
}

function wantsUsage(options: unknown): boolean {
  return typeof options === "object" && options !== null && Reflect.get(options, "include_usage") === true;
}

export function openaiError(status: number, message: string): object {
  return { error: { message, type: status === 429 ? "rate_limit_error" : "api_error", code: status } };
}
