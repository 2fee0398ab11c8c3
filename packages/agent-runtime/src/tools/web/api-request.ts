import { ToolFailure } from "../tool-failure.ts";

/** Longest error text of a service that is passed on. */
const maxErrorChars = 500;
const maxAnswerBytes = 5_000_000;

export interface ApiRequest {
  /** How the service is named in errors. */
  service: string;
  /** In front of `(<status>): <body>` when the service refuses. */
  failure: string;
  url: string;
  init: RequestInit;
  /** Masked wherever the service repeats it. */
  key: string;
  timeoutSeconds: number;
  signal: AbortSignal;
  fetch: typeof fetch;
}

/** Asks a configured service and reads its JSON. Throws a text that says which service failed and how. */
export async function requestJson(request: ApiRequest): Promise<unknown> {
  const { service, failure, signal, timeoutSeconds, key } = request;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  let status: number;
  let body: string;
  try {
    const response = await request.fetch(request.url, {
      ...request.init,
      // A redirect would carry the key to wherever it leads.
      redirect: "error",
      signal: AbortSignal.any([signal, timeout]),
    });
    status = response.status;
    body = await readText(response);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) throw new ToolFailure(`${service} did not answer within ${timeoutSeconds} seconds`);
    throw new ToolFailure(`${service} could not be reached: ${reasonOf(error)}`);
  }
  if (status < 200 || status > 299) {
    const shown = body.replaceAll(key, "***").trim().slice(0, maxErrorChars).toWellFormed();
    throw new ToolFailure(`${failure} (${status}): ${shown || "no further information"}`);
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ToolFailure(`${service} answered with something that is not JSON`);
    throw error;
  }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > maxAnswerBytes) {
      await reader.cancel();
      throw new Error(`its answer is larger than ${maxAnswerBytes / 1_000_000} MB`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** `fetch` hides why a connection failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.message;
  return error.message;
}
