import type { ServerResponse } from "node:http";

/** Aborted when the client goes away before its answer is complete. */
export function untilGone(response: ServerResponse): AbortSignal {
  const control = new AbortController();
  const gone = () => {
    if (!response.writableEnded) control.abort(new Error("the client has gone"));
  };
  if (response.destroyed) gone();
  else response.once("close", gone);
  return control.signal;
}
