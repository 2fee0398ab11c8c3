import type { Timers } from "@openclaw/agent-runtime";

/** Shortest time between two states of a draft, ms. */
const intervalMs = 300;

/** Shows an answer in its chat while it is written. */
export interface ReplyDraft {
  /** What the answer is so far. */
  update(text: string): void;
  /** Shows nothing more. */
  end(): void;
}

/** Shows the newest text, at most every 300 ms; ends for good when a text is too long or could not be shown. */
export function createReplyDraft(options: {
  show(text: string): Promise<void>;
  /** In UTF-16 units. */
  limit: number;
  timers: Timers;
}): ReplyDraft {
  let shown = "";
  let latest = "";
  let waiting = false;
  let ended = false;

  const flush = () => {
    waiting = false;
    if (ended || latest === shown) return;
    if (latest.length > options.limit) {
      ended = true;
      return;
    }
    shown = latest;
    waiting = true;
    options.show(latest).then(
      () => void options.timers.after(intervalMs, flush),
      () => {
        ended = true;
      },
    );
  };
  return {
    update(text) {
      if (ended || text.trim() === "") return;
      latest = text;
      if (!waiting) flush();
    },
    end() {
      ended = true;
    },
  };
}
