import type { ServerResponse } from "node:http";
import type { Timers } from "@openclaw/agent-runtime";

/** Proxies close connections that say nothing for a minute, ms. */
const pingEveryMs = 15_000;

/** An answer in server-sent events. Nothing is written once the client has gone. */
export interface EventStream {
  /** `data:` with JSON, below an `event:` line when it has a name. */
  event(data: object, name?: string): void;
  /** Writes OpenAI's last line and ends the answer. */
  done(): void;
}

/** Sends the headers of a stream and keeps it alive until it ends. */
export function openEventStream(response: ServerResponse, timers: Timers): EventStream {
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache",
    Connection: "keep-alive",
    "X-Content-Type-Options": "nosniff",
  });
  response.flushHeaders();
  const write = (text: string) => {
    if (!response.destroyed && !response.writableEnded) response.write(text);
  };
  let cancelPing = () => {};
  const ping = () => {
    cancelPing = timers.after(pingEveryMs, () => {
      write(": ping\n\n");
      ping();
    });
  };
  ping();
  response.once("close", () => cancelPing());
  return {
    event: (data, name) => write(`${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`),
    done() {
      cancelPing();
      if (!response.destroyed && !response.writableEnded) response.end("data: [DONE]\n\n");
    },
  };
}
