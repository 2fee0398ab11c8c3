import { crc32 } from "node:zlib";
import type { Script, ScriptInput } from "./script.ts";
import type { Reply } from "./scripted-model-server.ts";
import { itemsOf, textOf } from "./wire-body.ts";

type Body = Record<string, unknown>;

/** Reads a Converse body. */
export function readBedrockInput(body: Body): ScriptInput {
  const messages = itemsOf(body.messages);
  const results = itemsOf(messages.at(-1)?.content).flatMap((block) => itemsOf([block.toolResult]));
  const user = messages.findLast(
    (message) => message.role === "user" && itemsOf(message.content).some((block) => typeof block.text === "string"),
  );
  return {
    lastUserText: textOf(user?.content),
    ...(results.length > 0 && { toolResult: results.map((result) => textOf(result.content)).join("\n") }),
  };
}

/** Answers as `/model/{id}/converse` and `/model/{id}/converse-stream` do. */
export async function answerBedrock(reply: Reply, script: Script, _body: Body, path: string): Promise<void> {
  const words = script.words ?? [];
  const tools = (script.tools ?? []).map((tool, index) => ({ ...tool, id: `tooluse_${reply.number}_${index}` }));
  const stopReason = tools.length > 0 ? "tool_use" : "end_turn";
  const usage = {
    inputTokens: script.usage?.input ?? Math.ceil(reply.bodyLength / 4),
    outputTokens: script.usage?.output ?? words.length,
    ...(script.usage?.cached !== undefined && { cacheReadInputTokens: script.usage.cached }),
  };

  if (!path.endsWith("-stream")) {
    const content = [
      ...(script.reasoning
        ? [{ reasoningContent: { reasoningText: { text: script.reasoning, signature: "signed" } } }]
        : []),
      ...(words.length > 0 ? [{ text: words.join(" ") }] : []),
      ...tools.map((tool) => ({ toolUse: { toolUseId: tool.id, name: tool.name, input: JSON.parse(tool.args) } })),
    ];
    reply.json(200, { output: { message: { role: "assistant", content } }, stopReason, usage });
    return;
  }

  const event = (name: string, payload: object) => reply.bytes(awsMessage("event", name, payload));
  let contentBlockIndex = -1;
  reply.startStream("application/vnd.amazon.eventstream");
  event("messageStart", { role: "assistant" });
  if (script.reasoning) {
    contentBlockIndex += 1;
    for (const reasoningContent of [{ text: script.reasoning }, { signature: "signed" }]) {
      event("contentBlockDelta", { contentBlockIndex, delta: { reasoningContent } });
    }
    event("contentBlockStop", { contentBlockIndex });
  }
  if (words.length > 0) {
    contentBlockIndex += 1;
    for (const word of words) {
      await reply.pause(script.gapMs);
      event("contentBlockDelta", { contentBlockIndex, delta: { text: `${word} ` } });
    }
    if (script.holds) await reply.released();
    if (!script.ending) event("contentBlockStop", { contentBlockIndex });
  }
  for (const tool of tools) {
    contentBlockIndex += 1;
    event("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: tool.id, name: tool.name } } });
    event("contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input: tool.args } } });
    event("contentBlockStop", { contentBlockIndex });
  }
  switch (script.ending) {
    case undefined:
      event("messageStop", { stopReason });
      event("metadata", { usage });
      reply.endStream();
      return;
    case "error":
      reply.bytes(awsMessage("exception", "throttlingException", { message: script.message ?? "Too many requests" }));
      reply.endStream();
      return;
    case "half":
      reply.bytes(awsMessage("event", "messageStop", { stopReason }).subarray(0, 20));
      reply.endStream();
      return;
    default:
      reply.breakOff(script.ending, {});
  }
}

/** A message of `application/vnd.amazon.eventstream`. */
export function awsMessage(kind: "event" | "exception", name: string, payload: object): Buffer {
  const headers = Buffer.concat([
    textHeader(":message-type", kind),
    textHeader(kind === "event" ? ":event-type" : ":exception-type", name),
    textHeader(":content-type", "application/json"),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

function textHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

export function bedrockError(status: number, message: string): object {
  return { __type: status === 429 ? "ThrottlingException" : "ValidationException", message };
}
