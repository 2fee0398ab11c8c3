import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

/** Collects what a command writes, in order of arrival, and keeps the last `maxChars` characters. */
export interface ExecOutput {
  /** Bytes of one of the command's streams. A character cut between two pieces is put together again. */
  write(stream: "stdout" | "stderr", bytes: Buffer): void;
  /** Everything kept, made fit to be shown: no escape sequences, no control or format characters, no blank end. */
  text(): string;
  /** The last characters, for live display. */
  tail(chars: number): string;
  readonly truncated: boolean;
}

export function createExecOutput(maxChars: number): ExecOutput {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  let kept = "";
  let truncated = false;
  return {
    write(stream, bytes) {
      kept += decoders[stream].write(bytes);
      // Cutting only now and then keeps the cost of a chatty command linear.
      if (kept.length > maxChars * 2) {
        kept = kept.slice(-maxChars);
        truncated = true;
      }
    },
    text() {
      const rest = decoders.stdout.end() + decoders.stderr.end();
      kept += rest;
      const shown = printable(kept).trimEnd();
      if (shown.length > maxChars) truncated = true;
      return shown.slice(-maxChars).toWellFormed();
    },
    tail: (chars) =>
      printable(kept.slice(-chars * 2))
        .slice(-chars)
        .toWellFormed(),
    get truncated() {
      return truncated;
    },
  };
}

/** Removes escape sequences, control characters other than tab, LF and CR, and format characters. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is what this is for
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Cf}/gu, "");
}
