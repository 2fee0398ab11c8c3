import type { Style } from "./style.ts";

const frames = ["◒", "◐", "◓", "◑"];
const frameMs = 90;

/** Something that takes a while. */
export interface Progress {
  update(label: string): void;
  /** Erases the line; harmless when repeated. */
  stop(): void;
}

const silent: Progress = { update: () => {}, stop: () => {} };

/** Shows a spinner on a terminal and nothing anywhere else. The line is gone when it is stopped. */
export function startProgress(
  label: string,
  options: { stream: NodeJS.WritableStream & { isTTY?: boolean }; style: Style; quiet?: boolean },
): Progress {
  if (options.quiet || options.stream.isTTY !== true) return silent;
  const { stream, style } = options;
  let text = label;
  let frame = 0;
  let running = true;
  const draw = () => {
    stream.write(`\r\u001b[2K${style.accent(frames[frame % frames.length]!)} ${text}`);
    frame += 1;
  };
  draw();
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return {
    update(next) {
      text = next;
      if (running) draw();
    },
    stop() {
      if (!running) return;
      running = false;
      clearInterval(timer);
      stream.write("\r\u001b[2K");
    },
  };
}
