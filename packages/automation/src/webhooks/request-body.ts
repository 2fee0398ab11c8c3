import type { IncomingMessage } from "node:http";

/** How long what is too large is read on, so that its sender hears the answer, ms. */
const drainMs = 2_000;

/** The body of a request; undefined when it is larger than allowed. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > maxBytes) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const onData = (part: Buffer) => {
      size += part.length;
      if (size <= maxBytes) parts.push(part);
      else {
        request.off("data", onData);
        resolve(undefined);
      }
    };
    request.on("data", onData);
    request.once("end", () => resolve(Buffer.concat(parts).toString("utf8")));
    request.once("error", reject);
    request.once("aborted", () => reject(new Error("the request was cut off")));
  });
}

/** Reads away what is left of a request: whoever is still sending would not see an answer before the end. */
export function drainRequest(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), drainMs);
  const done = () => clearTimeout(timer);
  request.once("close", done);
  request.once("end", done);
  request.on("error", done);
  request.resume();
}
