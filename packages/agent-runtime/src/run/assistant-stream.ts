import type { Clock } from "@openclaw/storage";
import type { EmitRunEvent } from "./run-events.ts";
import type { Timers } from "./timers.ts";

/** Least time between two events of one message, in milliseconds. Models write faster than anybody reads. */
const minIntervalMs = 20;

export interface Visible {
  text: string;
  mediaUrls: string[];
}

/** Turns a model's growing text into events. */
export interface AssistantStream {
  /** A new message, or a new attempt at one, begins. */
  restart(): void;
  /** The raw text as it is now. */
  update(raw: string): void;
  /** The message is complete: what has not been shown is shown now. */
  complete(raw: string): void;
  /** Drops what waits. */
  close(): void;
}

export function createAssistantStream(options: {
  emit: EmitRunEvent;
  /** What may be shown of a raw text. */
  live: (raw: string) => Visible;
  final: (raw: string) => Visible;
  clock: Clock;
  timers: Timers;
}): AssistantStream {
  const { emit, clock, timers } = options;
  let shown: Visible = { text: "", mediaUrls: [] };
  let latest: string | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  const show = (visible: Visible) => {
    lastAt = clock.now();
    if (visible.text === shown.text && visible.mediaUrls.length === shown.mediaUrls.length) return;
    const delta = visible.text.slice(commonLength(shown.text, visible.text));
    shown = visible;
    emit({
      stream: "assistant",
      data: { text: visible.text, delta, ...(visible.mediaUrls.length > 0 ? { mediaUrls: visible.mediaUrls } : {}) },
    });
  };
  const flush = () => {
    cancel = undefined;
    if (latest !== undefined) show(options.live(latest));
    latest = undefined;
  };
  const forget = () => {
    cancel?.();
    cancel = undefined;
    latest = undefined;
  };

  return {
    restart() {
      forget();
      shown = { text: "", mediaUrls: [] };
    },
    update(raw) {
      latest = raw;
      if (cancel !== undefined) return;
      const wait = lastAt + minIntervalMs - clock.now();
      if (wait <= 0) flush();
      else cancel = timers.after(wait, flush);
    },
    complete(raw) {
      forget();
      show(options.final(raw));
    },
    close: forget,
  };
}

function commonLength(a: string, b: string): number {
  if (b.startsWith(a)) return a.length;
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
