import type { ToolResultMessage } from "@openclaw/sessions";
import type { RequestedCall } from "./message-draft.ts";

/** A model that makes the same failing call this often in a row will not stop by itself. */
const limit = 5;

/** Watches for the same call failing again and again. */
export interface RepeatedFailures {
  /** Returns an explanation once the limit is reached. */
  observe(calls: readonly RequestedCall[], results: readonly ToolResultMessage[]): string | undefined;
}

export function createRepeatedFailures(): RepeatedFailures {
  let last = "";
  let count = 0;
  return {
    observe(calls, results) {
      for (const [index, result] of results.entries()) {
        const call = calls[index];
        if (call === undefined) continue;
        if (!result.isError) {
          last = "";
          count = 0;
          continue;
        }
        const key = JSON.stringify([call.block.name, call.block.arguments]);
        count = key === last ? count + 1 : 1;
        last = key;
        if (count < limit) continue;
        const text = result.content.find((block) => block.type === "text")?.text ?? "";
        return `Stopped: the call of ${call.block.name} failed ${limit} times in a row with the same arguments. Last error: ${text.slice(0, 300)}`;
      }
      return undefined;
    },
  };
}
