import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

/**
 * Reads the body of a request as JSON.
 * @throws ApiError 413 for a body above `maxBytes`, as soon as that is known; 400 for one that is no JSON
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const bytes = await readAtMost(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof RangeError) throw new ApiError(400, "The body is nested too deeply.");
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(400, `The body is not valid JSON: ${reason}`);
  }
}

/** Stops listening at the limit, without closing the connection: its sender is to read the answer. */
function readAtMost(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (settle: () => void) => {
      request.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) end(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    const onEnd = () => end(() => resolve(Buffer.concat(chunks, size)));
    const onError = (error: Error) => end(() => reject(error));
    const onClose = () => end(() => reject(new ApiError(400, "The request broke off.")));
    request.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  });
}

function tooLarge(): ApiError {
  return new ApiError(413, "payload too large");
}
