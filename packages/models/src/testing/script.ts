/** What the scripted server does with one request. */
export interface Script {
  /** Words of the answer, streamed one by one. */
  words?: readonly string[];
  /** Streamed as reasoning before the answer. */
  reasoning?: string;
  /** Tool calls at the end of the answer. */
  tools?: readonly { name: string; args: string }[];
  /** Milliseconds between two words. */
  gapMs?: number;
  /** Milliseconds before the first byte of the answer. */
  delayMs?: number;
  /** Answers with this HTTP status and an error of the API's form. */
  status?: number;
  message?: string;
  headers?: Readonly<Record<string, string>>;
  /** Answers 200 with a web page. */
  html?: true;
  /** Accepts the request and never answers. */
  hang?: true;
  /** Keeps the answer open after its words until the test says `release()` or the client goes. */
  holds?: true;
  /**
   * After the words: `cut` destroys the connection, `end` closes it in an orderly way without the last events,
   * `half` sends half a JSON event and closes, `error` sends the API's error event.
   */
  ending?: "cut" | "end" | "half" | "error";
  /** Gives this usage instead of an estimate. */
  usage?: { input: number; output: number; cached?: number };
}

/** A request in the terms all APIs share. */
export interface ScriptInput {
  lastUserText: string;
  /** Set when the conversation ends with tool results: their texts. */
  toolResult?: string;
}

const commands =
  /(?:^|\n|\] ?)(tool|slow|hold|status|long|think|html|hang|cut|end|half|error|delay):(\S+)[^\S\n]*([^\n]*)/;

/**
 * Reads the steering words out of the last user message, wherever a line (or what follows a `]`) starts with one:
 *
 * - `tool:<name> <json>` one tool call; once its result is in, `tool said: <result>`
 * - `slow:<ms>` waits that long between words · `delay:<ms>` waits before the first byte
 * - `hold:<ms>` waits that long between words and ends when the test says so
 * - `status:<code> [retry-after=<s>]` fails with that HTTP status · `html:<anything>` answers with a web page
 * - `long:<words>` streams that many words · `think:<word>` reasons before it answers
 * - `hang:<anything>` never answers
 * - `cut:<words>`, `end:<words>`, `half:<words>`, `error:<words>` break the answer after that many words
 *
 * Anything else is answered with `You said: <message>`.
 */
export function scriptFor({ lastUserText, toolResult }: ScriptInput): Script {
  if (toolResult !== undefined) return { words: `tool said: ${toolResult.slice(0, 400)}`.split(" ") };
  const [, command, argument = "", rest = ""] = commands.exec(lastUserText) ?? [];
  switch (command) {
    case "tool":
      return { tools: [{ name: argument, args: rest || "{}" }] };
    case "slow":
    case "hold":
      return {
        ...(command === "hold" && { holds: true }),
        words: `slow reply to ${rest} one two three four five six seven eight`.split(" "),
        gapMs: Number(argument),
      };
    case "delay":
      return { words: "late but here".split(" "), delayMs: Number(argument) };
    case "status": {
      const wait = /retry-after=(\S+)/.exec(rest)?.[1];
      return { status: Number(argument), ...(wait && { headers: { "retry-after": wait } }) };
    }
    case "long":
      return { words: numbered(Number(argument)) };
    case "think":
      return { reasoning: `thinking about ${argument}`, words: ["thought", "it", "through"] };
    case "html":
      return { html: true };
    case "hang":
      return { hang: true };
    case "cut":
    case "end":
    case "half":
    case "error":
      return { words: numbered(Number(argument)), ending: command };
    default:
      return { words: `You said: ${lastUserText.slice(-200)}`.split(" ") };
  }
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word${index}`);
}
