import type { Timers } from "../run/timers.ts";
import type { TypingMode } from "./typing-mode.ts";

/** Nothing was heard of the run for so long: the sign goes out, in milliseconds. */
const typingLimitMs = 2 * 60_000;

/** Shows a chat that an answer is being written, for one run. */
export interface TypingController {
  /** The run was accepted; it may still wait for its turn. */
  accepted(): void;
  /** The model reasons. */
  reasoning(): void;
  /** A text that will be shown has grown. */
  text(): void;
  /** A tool begins. */
  tool(): void;
  /** The run has ended; its replies may still be on their way. */
  runEnded(): void;
  /** All replies are on their way. */
  delivered(): void;
  /** Ends it at once, for good. */
  stop(): void;
}

export interface TypingOptions {
  mode: TypingMode;
  intervalMs: number;
  /** Shows the sign, which chats take away by themselves after some seconds. Must not throw. */
  sendTyping(): void;
  /** Takes it away where it does not go by itself. Called once it is not shown any more. Must not throw. */
  stopTyping?(): void;
  timers: Timers;
}

export function createTypingController(options: TypingOptions): TypingController {
  const { mode, timers } = options;
  let cancelTick: (() => void) | undefined;
  let cancelLimit: (() => void) | undefined;
  let shown = false;
  let ended = false;
  let delivered = false;
  // A signal that comes late must not show the sign again: nothing would take it away.
  let sealed = false;

  const rest = () => {
    if (shown) options.stopTyping?.();
    shown = false;
    cancelTick?.();
    cancelLimit?.();
    cancelTick = undefined;
    cancelLimit = undefined;
  };
  const tick = () => {
    if (!shown) return;
    options.sendTyping();
    cancelTick = timers.after(options.intervalMs, tick);
  };
  const signal = (starts: boolean) => {
    if (sealed || mode === "never" || (!starts && !shown)) return;
    cancelLimit?.();
    cancelLimit = timers.after(typingLimitMs, rest);
    if (shown) return;
    shown = true;
    tick();
  };
  const seal = () => {
    sealed = true;
    rest();
  };

  return {
    accepted: () => signal(mode === "instant"),
    reasoning: () => signal(mode === "instant" || mode === "thinking"),
    text: () => signal(mode === "instant" || mode === "message"),
    tool: () => signal(true),
    runEnded() {
      ended = true;
      if (delivered) seal();
    },
    delivered() {
      delivered = true;
      if (ended) seal();
    },
    stop: seal,
  };
}
