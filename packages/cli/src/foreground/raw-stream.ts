import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { readVariable } from "@openclaw/config/paths";

/** Where the events of model answers go; undefined when they are not recorded. */
export function rawStreamPath(env: NodeJS.ProcessEnv, stateDir: string): string | undefined {
  const wanted = readVariable(env, "OPENCLAW_RAW_STREAM");
  if (wanted === undefined || wanted === "0" || wanted === "false") return undefined;
  return readVariable(env, "OPENCLAW_RAW_STREAM_PATH") ?? path.join(stateDir, "logs", "raw-stream.jsonl");
}

/** Appends lines to a private file, creating its folder. */
export function rawStreamFile(file: string): (line: string) => void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  return (line) => appendFileSync(file, line, { mode: 0o600 });
}

/**
 * A `fetch` that records what model servers stream: one JSON line `{ts, request, url, event}` for each `data:` line of a
 * server-sent event stream, and `{…, body}` for answers that are not streams. Requests are not recorded: they hold keys.
 */
export function recordAnswers(
  base: typeof fetch,
  options: { append: (line: string) => void; now: () => number },
): typeof fetch {
  let count = 0;
  return async (input, init) => {
    const response = await base(input, init);
    count += 1;
    const request = count;
    const url = withoutQuery(input instanceof Request ? input.url : String(input));
    const record = (fields: object) =>
      options.append(`${JSON.stringify({ ts: options.now(), request, url, ...fields })}\n`);
    const type = response.headers.get("content-type") ?? "";
    if (!response.body) {
      record({ status: response.status });
      return response;
    }
    const isStream = type.includes("event-stream");
    const decoder = new TextDecoder();
    let pending = "";
    const watch = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        pending += decoder.decode(chunk, { stream: true });
        if (!isStream) return;
        const lines = pending.split(/\r?\n/);
        pending = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data:")) record({ event: parsed(line.slice(5).trim()) });
      },
      flush() {
        pending += decoder.decode();
        if (!isStream) record({ status: response.status, body: parsed(pending) });
        else if (pending.startsWith("data:")) record({ event: parsed(pending.slice(5).trim()) });
      },
    });
    const copy = new Response(response.body.pipeThrough(watch), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    // A response that was made by hand has no address; libraries read it for their error texts.
    Object.defineProperty(copy, "url", { value: response.url });
    return copy;
  };
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // `[DONE]` and whatever else is no JSON is kept as it came
  }
}
