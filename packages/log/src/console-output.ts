import { isBrokenPipe } from "./broken-pipe.ts";

/** The stream console lines go to. */
export interface ConsoleOutput {
  write(line: string): void;
}

/** A reader that stopped reading must not fill our memory: beyond this many bytes waiting, lines are dropped. */
const mostWaiting = 1_048_576;

/**
 * Writes lines to a stream that may break at any time. When its reader is gone, output just ends; any other error also
 * ends it and is told to `onTrouble` once.
 */
export function createConsoleOutput(
  stream: NodeJS.WritableStream,
  onTrouble: (message: string) => void,
): ConsoleOutput {
  let broken = false;
  let dropped = 0;
  // One listener for all logs of the process: every output gets its errors in the write's callback as well.
  if (!stream.listeners("error").includes(leaveToCallback)) stream.on("error", leaveToCallback);

  function finish(error: Error | null | undefined): void {
    if (!error || broken) return;
    broken = true;
    if (!isBrokenPipe(error)) onTrouble(`console output stopped: ${error.message}.`);
  }

  return {
    write(line) {
      if (broken) return;
      if (bytesWaiting(stream) > mostWaiting) {
        dropped++;
        return;
      }
      const note =
        dropped === 0 ? "" : `… ${dropped} console lines dropped, the reader is too slow; the log file has them\n`;
      dropped = 0;
      stream.write(note + line, finish);
    },
  };
}

function leaveToCallback(): void {
  // A stream without an error listener would end the process.
}

function bytesWaiting(stream: NodeJS.WritableStream): number {
  return "writableLength" in stream && typeof stream.writableLength === "number" ? stream.writableLength : 0;
}
