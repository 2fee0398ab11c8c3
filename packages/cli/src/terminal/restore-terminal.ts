import { eraseProgress } from "./progress.ts";

/** Styles end, the cursor shows, mouse and pastes are plain again. */
const plainAgain = "\u001b[0m\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l";

/** Leaves a terminal as a program finds it; writes nothing to anything else. */
export function restoreTerminal(stream: NodeJS.WritableStream & { isTTY?: boolean }): void {
  if (stream.isTTY !== true) return;
  eraseProgress(stream);
  stream.write(plainAgain);
}
