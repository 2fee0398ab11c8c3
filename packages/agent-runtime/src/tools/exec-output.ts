import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

export interface ExecOutputLimits {
  /** Characters of the whole output that are kept; the last ones count. */
  maxChars: number;
  /** Characters of each stream that wait to be asked for; the last ones count. */
  maxUnreadChars: number;
}

/** Collects what a command writes, in order of arrival. However much that is, what is held stays within the limits. */
export interface ExecOutput {
  /** Bytes of one of the command's streams. A character cut between two pieces is put together again. */
  write(stream: "stdout" | "stderr", bytes: Buffer | string): void;
  /** Nothing more will come. */
  end(): void;
  /** Everything kept, made fit to be shown: no escape sequences, no control or format characters, no blank end. */
  text(): string;
  /** The last characters, for live display. */
  tail(chars: number): string;
  /** What came since the last call, stdout before stderr. */
  takeUnread(): string;
  /** True when something had to be dropped from the kept output. */
  readonly truncated: boolean;
}

/** An escape sequence whose rest has not come yet. Longer ones are not waited for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const unfinishedEscape = /\u001b(?:\[[0-9;?]{0,30}|\][^\u0007\u001b]{0,200})?$/;

export function createExecOutput({ maxChars, maxUnreadChars }: ExecOutputLimits): ExecOutput {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  const unread = { stdout: "", stderr: "" };
  let kept = "";
  let truncated = false;
  let final: string | undefined;

  const add = (stream: "stdout" | "stderr", text: string) => {
    kept += text;
    unread[stream] += text;
    // Cutting only now and then keeps the cost of a chatty command linear. Some of what stays is not shown in the end:
    // escape sequences, a blank end.
    if (kept.length > maxChars * 3) {
      kept = kept.slice(-maxChars * 2);
      truncated = true;
    }
    if (unread[stream].length > maxUnreadChars * 3) unread[stream] = unread[stream].slice(-maxUnreadChars * 2);
  };
  const shown = () => {
    const text = printable(kept).trimEnd();
    if (text.length > maxChars) truncated = true;
    return text.slice(-maxChars).toWellFormed();
  };
  const take = (stream: "stdout" | "stderr") => {
    const waiting = unread[stream];
    const cut = final === undefined ? waiting.search(unfinishedEscape) : -1;
    unread[stream] = cut < 0 ? "" : waiting.slice(cut);
    return printable(cut < 0 ? waiting : waiting.slice(0, cut))
      .trimEnd()
      .slice(-maxUnreadChars)
      .toWellFormed();
  };

  return {
    write(stream, bytes) {
      if (final === undefined) add(stream, typeof bytes === "string" ? bytes : decoders[stream].write(bytes));
    },
    end() {
      if (final !== undefined) return;
      add("stdout", decoders.stdout.end());
      add("stderr", decoders.stderr.end());
      // A copy, because a slice would hold the longer text it was cut from.
      final = Buffer.from(shown()).toString();
      kept = "";
    },
    text: () => final ?? shown(),
    tail: (chars) => (final === undefined ? printable(kept.slice(-chars * 2)) : final).slice(-chars).toWellFormed(),
    takeUnread: () => [take("stdout"), take("stderr")].filter((text) => text !== "").join("\n"),
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
