/** The events of a process a Gateway listens to; replaced in tests. */
export type ProcessEvents = Pick<NodeJS.EventEmitter, "on" | "off">;

const transientCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** Whether a rejection nobody handled is a network failure that passes by itself. */
export function isTransientNetworkError(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current.name === "AbortError") return true;
    if ("code" in current && typeof current.code === "string" && transientCodes.has(current.code)) return true;
  }
  return false;
}
