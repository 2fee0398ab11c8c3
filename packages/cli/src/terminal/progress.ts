import type { CommandContext } from "../run/command-context.ts";
import type { Style } from "./style.ts";

const frames = ["◒", "◐", "◓", "◑"];
const frameMs = 90;
/** A stream that is no terminal gets a line this often at most, ms. */
const logMs = 250;
const eraseLine = "\r\u001b[2K";

/** Something that takes a while. */
export interface Progress {
  /** @param done how much of it is done, 0 to 1, where that is known */
  update(label: string, done?: number): void;
  /** Erases the line; harmless when repeated. */
  stop(): void;
}

type Stream = NodeJS.WritableStream & { isTTY?: boolean };

export interface ProgressOptions {
  stream: Stream;
  style: Style;
  env?: NodeJS.ProcessEnv;
  quiet?: boolean;
  /** Where there is no terminal: nothing, or a line now and then. */
  elsewhere?: "nothing" | "log";
  now?: () => number;
}

const silent: Progress = { update: () => {}, stop: () => {} };

// The cursor of a stream can show one progress only, whoever began it; the key is the stream that was passed in.
const active = new WeakMap<NodeJS.WritableStream, () => void>();

/** Clears the line a progress has drawn, so that another line can be written; it is drawn again below. */
export function eraseProgress(stream: NodeJS.WritableStream): void {
  active.get(stream)?.();
}

/**
 * Shows a spinner on a terminal, and tells terminals that can show it elsewhere (OSC 9;4). The line is gone when it is
 * stopped. One that begins while another is shown is silent.
 */
export function startProgress(label: string, options: ProgressOptions): Progress {
  const { stream, style, quiet, elsewhere = "nothing" } = options;
  if (quiet || active.has(stream)) return silent;
  if (stream.isTTY !== true) return elsewhere === "log" ? logged(label, options) : silent;
  const signals = followsProgress(options.env ?? {});
  const signal = (state: number, percent = 0) => {
    if (signals) stream.write(`\u001b]9;4;${state};${percent}\u0007`);
  };
  let text = label;
  let frame = 0;
  const draw = () => {
    stream.write(`${eraseLine}${style.accent(frames[frame % frames.length] ?? "")} ${text}`);
    frame += 1;
  };
  signal(3);
  draw();
  active.set(stream, () => stream.write(eraseLine));
  const timer = setInterval(draw, frameMs);
  timer.unref();
  let running = true;
  return {
    update(next, done) {
      if (!running) return;
      text = done === undefined ? next : `${next} ${style.muted(`${percentOf(done)}%`)}`;
      if (done !== undefined) signal(1, percentOf(done));
      draw();
    },
    stop() {
      if (!running) return;
      running = false;
      clearInterval(timer);
      active.delete(stream);
      stream.write(eraseLine);
      signal(0);
    },
  };
}

/** Shows a progress while something is done, on standard error. */
export async function withProgress<T>(
  label: string,
  { context, quiet }: { context: Pick<CommandContext, "stderr" | "errorStyle" | "env">; quiet: boolean },
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const { stderr: stream, errorStyle: style, env } = context;
  const progress = startProgress(label, { stream, style, env, quiet });
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}

const percentOf = (done: number) => Math.round(Math.max(0, Math.min(1, done)) * 100);

/** The last label of each while. */
function logged(label: string, { stream, now = Date.now }: ProgressOptions): Progress {
  let last = Number.NEGATIVE_INFINITY;
  let shown = "";
  const write = (text: string) => {
    if (text === shown || now() - last < logMs) return;
    [last, shown] = [now(), text];
    stream.write(`${text}\n`);
  };
  write(label);
  return { update: (next) => write(next), stop: () => {} };
}

/** Terminals that are known to show a progress in their tab or task bar. Others might print what they do not know. */
function followsProgress(env: NodeJS.ProcessEnv): boolean {
  return (
    env.WT_SESSION !== undefined ||
    env.ConEmuANSI === "ON" ||
    /^(?:ghostty|WezTerm|iTerm\.app)$/.test(env.TERM_PROGRAM ?? "")
  );
}
