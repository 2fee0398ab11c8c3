import { format } from "node:util";
import type { LineLevel } from "./log-level.ts";
import type { Logger } from "./logger.ts";

/** The methods that are captured and the level each one logs at. */
const captured = {
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
  debug: "debug",
  trace: "trace",
  dir: "info",
} as const satisfies Partial<Record<keyof Console, LineLevel>>;

type CapturedMethod = keyof typeof captured;

/** The part of a console that is replaced. */
export type CapturedConsole = Pick<Console, CapturedMethod>;

/**
 * Sends what dependencies print with `console.*` to `log.child("console")`, and nowhere else: standard output stays free
 * for machine-readable text. Returns the function that puts the console back.
 *
 * While a line is being logged the console works as before, so a log whose own stream prints does not go in circles.
 */
export function captureConsole(log: Logger, target: CapturedConsole = console): () => void {
  const logger = log.child("console");
  let active = true;
  let logging = false;
  const restores: (() => void)[] = [];
  for (const [method, level] of Object.entries(captured) as [CapturedMethod, (typeof captured)[CapturedMethod]][]) {
    const original = target[method];
    const replacement = (...values: unknown[]): void => {
      if (!active || logging) {
        Reflect.apply(original, target, values);
        return;
      }
      logging = true;
      try {
        // The second argument of console.dir holds options, not something to print.
        const text = format(...(method === "dir" ? values.slice(0, 1) : values));
        logger[level](text);
      } finally {
        logging = false;
      }
    };
    target[method] = replacement;
    // Somebody may have replaced the method after us; then ours stays in their chain and only passes on.
    restores.push(() => {
      if (target[method] === replacement) target[method] = original;
    });
  }
  return () => {
    active = false;
    for (const restore of restores) restore();
  };
}
