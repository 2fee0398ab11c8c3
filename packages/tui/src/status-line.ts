import { type Component, truncateToWidth } from "@earendil-works/pi-tui";
import type { Theme } from "./theme.ts";

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const spinnerMs = 120;
/** What is said while the model has not answered, one after the other. */
const waiting = ["waiting", "thinking it over", "still at it", "asking around", "reading up"];
const phraseMs = 4000;

/** What the session is doing; `since` is the start in ms since 1970. */
export type Activity = { kind: "idle" } | { kind: "sending" | "waiting" | "streaming" | "tool"; since: number };

/** The line that says how the connection is and what goes on. */
export interface StatusLine extends Component {
  setConnection(text: string): void;
  setActivity(activity: Activity): void;
  /** Shows a hint in place of the activity; absent removes it. */
  setHint(text?: string): void;
  /** Stops the spinner for good. */
  close(): void;
}

/** Creates the line; it redraws itself only while something goes on. */
export function createStatusLine(theme: Theme, now: () => number, redraw: () => void): StatusLine {
  let connection = "connecting";
  let activity: Activity = { kind: "idle" };
  let hint: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const busyText = (busy: Exclude<Activity, { kind: "idle" }>): string => {
    const elapsed = Math.max(0, now() - busy.since);
    const frame = spinner[Math.floor(now() / spinnerMs) % spinner.length];
    const phrase = busy.kind === "waiting" ? waiting[Math.floor(elapsed / phraseMs) % waiting.length] : busy.kind;
    return `${frame} ${phrase} • ${Math.floor(elapsed / 1000)}s | ${connection}`;
  };
  return {
    setConnection(text) {
      connection = text;
      redraw();
    },
    setActivity(next) {
      activity = next;
      clearInterval(timer);
      timer = next.kind === "idle" ? undefined : setInterval(redraw, spinnerMs);
      redraw();
    },
    setHint(text) {
      hint = text;
      redraw();
    },
    close: () => clearInterval(timer),
    invalidate() {},
    render(width) {
      const text = hint ?? (activity.kind === "idle" ? `${connection} | idle` : busyText(activity));
      return [theme[activity.kind === "idle" ? "muted" : "accent"](truncateToWidth(` ${text}`, width))];
    },
  };
}
