import { isBrokenPipe, type ParsedLogLine, parseLogLine } from "@openclaw/log";
import { GatewayCallError, type GatewayConnection, withGateway } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { logsFlags } from "../spec/observe-commands.ts";
import { plainStyle, type Style } from "../terminal/style.ts";
import { listOf, numberOf, recordOf, textOf } from "./payload.ts";

type Flags = CommandInput<typeof logsFlags>["flags"];

const mostLines = 5000;
const mostBytes = 1_000_000;

interface Tail {
  file: string;
  cursor: number;
  size: number;
  lines: string[];
  truncated: boolean;
  reset: boolean;
}

/** `logs`: the end of the Gateway's log file, or everything that is added to it. */
export async function run({ flags }: { flags: Flags }, context: CommandContext): Promise<number> {
  const limit = Math.min(mostLines, positive(flags.limit, 200));
  const maxBytes = Math.min(mostBytes, positive(flags["max-bytes"], 250_000));
  const interval = positive(flags.interval, 1000);
  const style = flags.plain || flags.json || flags["no-color"] ? plainStyle : context.style;
  const output = watchOutput(context);
  const printer = flags.json ? jsonPrinter(context) : textPrinter(context, style);
  let cursor: number | undefined;
  try {
    await withGateway({ context, ...flags, timeoutMs: flags.timeout }, async (connection) => {
      for (let first = true; !output.closed; first = false) {
        const tail = await readTail(connection, { limit, maxBytes, ...(cursor === undefined ? {} : { cursor }) });
        cursor = tail.cursor;
        if (first) printer.start(tail);
        if (tail.reset) printer.notice("Log cursor reset (file rotated).");
        if (tail.truncated) printer.notice("Log tail truncated (increase --max-bytes).");
        for (const line of tail.lines) printer.line(line);
        if (!flags.follow) break;
        await output.sleep(interval);
      }
    });
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    throw unreachable(error, flags.json, context);
  } finally {
    output.release();
  }
  if (output.closed) context.warn("openclaw logs: output stdout closed (EPIPE). Stopping tail.");
  return 0;
}

async function readTail(connection: GatewayConnection, params: object): Promise<Tail> {
  const answer = recordOf(await connection.call("logs.tail", params));
  return {
    file: textOf(answer.file) ?? "",
    cursor: numberOf(answer.cursor) ?? 0,
    size: numberOf(answer.size) ?? 0,
    lines: listOf(answer.lines).filter((line) => typeof line === "string"),
    truncated: answer.truncated === true,
    reset: answer.reset === true,
  };
}

interface Printer {
  start(tail: Tail): void;
  line(raw: string): void;
  notice(message: string): void;
}

function jsonPrinter({ stdout }: CommandContext): Printer {
  const write = (value: object) => stdout.write(`${JSON.stringify(value)}\n`);
  return {
    start: ({ file, cursor, size }) => write({ type: "meta", file, cursor, size }),
    line(raw) {
      const parsed = parseLogLine(raw);
      if (!parsed) return write({ type: "raw", raw });
      const { time, level, subsystem, module, message } = parsed;
      write({ type: "log", time, level, subsystem, module, message, raw });
    },
    notice: (message) => write({ type: "notice", message }),
  };
}

function textPrinter(context: CommandContext, style: Style): Printer {
  return {
    start: ({ file }) => context.print(style.muted(`Log file: ${context.shorten(file)}`)),
    line(raw) {
      if (raw === "") return;
      const parsed = parseLogLine(raw);
      context.print(parsed ? formatLine(parsed, style, context) : raw);
    },
    notice: (message) => context.warn(context.errorStyle.warn(message)),
  };
}

function formatLine(line: ParsedLogLine, style: Style, context: Pick<CommandContext, "stdout">): string {
  const time = line.time === undefined ? "" : context.stdout.isTTY ? localTime(line.time) : line.time;
  const level = line.level ?? "";
  const paint = level === "error" || level === "fatal" ? style.error : level === "warn" ? style.warn : style.info;
  return [style.muted(time), paint(level), style.accent(line.subsystem ?? line.module ?? ""), line.message]
    .filter((part) => part !== "")
    .join(" ");
}

function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function positive(value: number, fallback: number): number {
  return value > 0 ? value : fallback;
}

/** Notices that the reader of standard output went away, also in the middle of waiting. */
function watchOutput({ stdout }: CommandContext) {
  let closed = false;
  let wake = () => {};
  const onError = (error: Error) => {
    if (!isBrokenPipe(error)) return;
    closed = true;
    wake();
  };
  stdout.on("error", onError);
  return {
    get closed() {
      return closed;
    },
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    release: () => stdout.off("error", onError),
  };
}

/** The error people see, or with `--json` one object on standard error. */
function unreachable(error: GatewayCallError, json: boolean, context: CommandContext): CliError {
  const message = "Gateway not reachable. Is it running and accessible?";
  const hint = `Hint: run \`${context.hint("openclaw doctor")}\`.`;
  if (!json) return new CliError([message, ...error.details, error.reason, hint], { code: error.code, cause: error });
  const object = { type: "error", message, error: error.reason, details: error.details, hint };
  return new CliError(JSON.stringify(object), { code: error.code, cause: error });
}
