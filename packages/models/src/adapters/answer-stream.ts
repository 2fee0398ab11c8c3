import type {
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import type { HttpAnswer } from "../http-exchange.ts";
import { ModelError } from "../model-error.ts";
import { formatModelRef } from "../model-ref.ts";
import type { ModelSetup } from "./adapter.ts";

/**
 * Makes sure a stream tells how it ended: by a `finish` part, or by an `error` part after which nothing comes.
 * An answer that is no event stream at all (a login page, a proxy's error page, plain JSON) is refused here,
 * because an event-stream parser would read it as an empty answer.
 */
export async function guardStream(
  result: LanguageModelV4StreamResult,
  setup: ModelSetup,
  adjust: (part: LanguageModelV4StreamPart) => LanguageModelV4StreamPart = (part) => part,
): Promise<LanguageModelV4StreamResult> {
  const contentType = otherThanEvents(result.response?.headers ?? {});
  if (contentType !== undefined) {
    await result.stream.cancel();
    throw unexpectedAnswer(contentType, setup);
  }

  const reader = result.stream.getReader();
  let ended = false;
  const stream = new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          if (!ended) controller.enqueue({ type: "error", error: incompleteAnswer(setup) });
          controller.close();
        } else if (value.type === "error") {
          controller.enqueue(
            endedWithoutReason(value.error) ? { type: "error", error: incompleteAnswer(setup) } : value,
          );
          controller.close();
          await reader.cancel();
        } else if (value.type === "finish" && value.finishReason.raw === undefined) {
          // The server never said why it stopped, so it did not stop: the stream broke off.
          controller.enqueue({ type: "error", error: incompleteAnswer(setup) });
          controller.close();
          await reader.cancel();
        } else {
          ended ||= value.type === "finish";
          controller.enqueue(adjust(value));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { ...result, stream };
}

/** Throws when the answer to a request for a stream is a web page or plain JSON. Its body is thrown away then. */
export function refuseOtherThanEvents(answer: HttpAnswer, setup: ModelSetup): void {
  const contentType = otherThanEvents(answer.headers);
  if (contentType === undefined) return;
  answer.body.destroy();
  throw unexpectedAnswer(contentType, setup);
}

function otherThanEvents(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const contentType = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  return contentType === "text/html" || contentType === "application/json" ? contentType : undefined;
}

/** Presents a complete answer as a stream with one part per block. */
export function singleBlockStream(result: LanguageModelV4GenerateResult): LanguageModelV4StreamResult {
  const parts: LanguageModelV4StreamPart[] = [{ type: "stream-start", warnings: result.warnings }];
  if (result.response) {
    const { id, timestamp, modelId } = result.response;
    parts.push({
      type: "response-metadata",
      ...(id && { id }),
      ...(timestamp && { timestamp }),
      ...(modelId && { modelId }),
    });
  }
  result.content.forEach((block, index) => {
    const id = String(index);
    const metadata = block.providerMetadata && { providerMetadata: block.providerMetadata };
    if (block.type === "text") {
      parts.push(
        { type: "text-start", id },
        { type: "text-delta", id, delta: block.text },
        { type: "text-end", id, ...metadata },
      );
    } else if (block.type === "reasoning") {
      parts.push(
        { type: "reasoning-start", id },
        { type: "reasoning-delta", id, delta: block.text },
        { type: "reasoning-end", id, ...metadata },
      );
    } else {
      parts.push(block);
    }
  });
  parts.push({
    type: "finish",
    finishReason: result.finishReason,
    usage: result.usage,
    ...(result.providerMetadata && { providerMetadata: result.providerMetadata }),
  });
  return {
    stream: new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    }),
    ...(result.request && { request: result.request }),
    ...(result.response?.headers && { response: { headers: result.response.headers } }),
  };
}

/** How the AI SDK reports a stream that was closed in an orderly way before its last event. */
function endedWithoutReason(error: unknown): boolean {
  return error instanceof Error && error.message === "Response stream ended without a finish reason.";
}

export function incompleteAnswer(setup: ModelSetup): ModelError {
  const model = formatModelRef({ provider: setup.info.provider, model: setup.info.id });
  return new ModelError(
    "incomplete-response",
    `The answer of ${model} broke off: the server closed the stream before its end.`,
  );
}

function unexpectedAnswer(contentType: string, setup: ModelSetup): ModelError {
  const { provider, id } = setup.info;
  const remedy =
    contentType === "text/html"
      ? `It sent a web page. Check models.providers.${provider}.baseUrl, and whether a proxy or login page is in between.`
      : `It sent ${contentType}. If it cannot stream, set agents.defaults.models["${provider}/${id}"].streaming to false.`;
  return new ModelError(
    "unexpected-response",
    `The server at ${setup.baseUrl} did not answer with an event stream. ${remedy}`,
  );
}
