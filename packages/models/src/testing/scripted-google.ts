import type { Script, ScriptInput } from "./script.ts";
import type { Reply } from "./scripted-model-server.ts";
import { itemsOf, textOf } from "./wire-body.ts";

type Body = Record<string, unknown>;

/** Reads a `generateContent` body, also one wrapped as Cloud Code Assist wants it. */
export function readGoogleInput(body: Body): ScriptInput {
  const contents = itemsOf(requestOf(body).contents);
  const results = itemsOf(contents.at(-1)?.parts).flatMap((part) => responseText(part) ?? []);
  const user = contents.findLast(
    (content) => content.role === "user" && itemsOf(content.parts).some((part) => typeof part.text === "string"),
  );
  return {
    lastUserText: textOf(user?.parts),
    ...(results.length > 0 && { toolResult: results.join("\n") }),
  };
}

function requestOf(body: Body): Body {
  const [request] = itemsOf([body.request]);
  return request ?? body;
}

function responseText(part: Body): string | undefined {
  const [answer] = itemsOf([part.functionResponse]);
  const [response] = itemsOf([answer?.response]);
  const text = response?.output ?? response?.error;
  return typeof text === "string" ? text : undefined;
}

/** Answers as `:generateContent` and `:streamGenerateContent?alt=sse` do. */
export async function answerGoogle(reply: Reply, script: Script, _body: Body, path: string): Promise<void> {
  const wrapped = path.includes("v1internal");
  const words = script.words ?? [];
  const thought = script.reasoning ? [{ thought: true, text: script.reasoning }] : [];
  const calls = (script.tools ?? []).map((tool, index) => ({
    functionCall: { name: tool.name, args: JSON.parse(tool.args) },
    ...(index === 0 && { thoughtSignature: "signed" }),
  }));
  const usageMetadata = {
    promptTokenCount: script.usage?.input ?? Math.ceil(reply.bodyLength / 4),
    candidatesTokenCount: script.usage?.output ?? words.length,
    ...(script.usage?.cached !== undefined && { cachedContentTokenCount: script.usage.cached }),
  };
  const answer = (parts: object[], finishReason?: string) => {
    const candidate = { content: { role: "model", parts }, index: 0, ...(finishReason && { finishReason }) };
    const response = { candidates: [candidate], usageMetadata, modelVersion: "fake", responseId: `g${reply.number}` };
    return wrapped ? { response, traceId: "t" } : response;
  };

  if (!path.includes("streamGenerateContent")) {
    const said = words.length > 0 ? [{ text: words.join(" ") }] : [];
    reply.json(200, answer([...thought, ...said, ...calls], "STOP"));
    return;
  }
  reply.startStream();
  if (thought.length > 0) reply.event(answer(thought));
  for (const word of words) {
    await reply.pause(script.gapMs);
    reply.event(answer([{ text: `${word} ` }]));
  }
  if (script.holds) await reply.released();
  if (script.ending)
    return reply.breakOff(script.ending, googleError(503, script.message ?? "The model is overloaded."));
  reply.event(answer(calls, "STOP"));
  reply.endStream();
}

const statusWords: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

export function googleError(status: number, message: string): object {
  return { error: { code: status, message, status: statusWords[status] ?? "INTERNAL" } };
}
