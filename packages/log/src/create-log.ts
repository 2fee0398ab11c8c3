import { hostname } from "node:os";
import type { ConsoleStyle } from "./console-line.ts";
import { formatConsoleLine } from "./console-line.ts";
import type { ConsoleOutput } from "./console-output.ts";
import { createConsoleOutput } from "./console-output.ts";
import type { LogFile } from "./log-file.ts";
import { createLogFile } from "./log-file.ts";
import type { LineLevel, LogLevel } from "./log-level.ts";
import { levelPasses } from "./log-level.ts";
import { lineWriter } from "./log-line.ts";
import { loggableText, loggableValue } from "./log-value.ts";
import type { Logger } from "./logger.ts";
import type { Redactor } from "./redactor.ts";
import { createRedactor } from "./redactor.ts";
import { defaultLogDir } from "./rolling-file.ts";
import { wantsColor } from "./terminal-color.ts";

export interface LogSettings {
  /** `logging.file`: a fixed path, never rolled. `false`: no file. Absent: a daily file in `dir`. */
  file?: string | false | undefined;
  /** Folder of the daily files; default `/tmp/openclaw` (see `defaultLogDir`). */
  dir?: string | undefined;
  /** Stands in the daily file's name, so that instances do not mix their lines. */
  profile?: string | undefined;
  /** `logging.level`, for the file alone. Default `info`. */
  level?: LogLevel | undefined;
  /** `logging.consoleLevel`. Default `info`. */
  consoleLevel?: LogLevel | undefined;
  /** Default: `pretty` on a terminal, else `compact`. */
  consoleStyle?: ConsoleStyle | undefined;
  /** Default: decided by `FORCE_COLOR`, `NO_COLOR` and whether `console` is a terminal. */
  color?: boolean | undefined;
  /** Masks secrets in every line, file and console. Default: the built-in patterns. */
  redact?: Redactor | undefined;
}

export interface LogOptions extends LogSettings {
  /** Where console lines go. Default standard error, which never disturbs machine-readable output. `false`: nowhere. */
  console?: NodeJS.WritableStream | false | undefined;
  /** Hears once of a log file that cannot be written. Default: a line on standard error. */
  onTrouble?: ((message: string) => void) | undefined;
  /** Only `NO_COLOR` and `FORCE_COLOR` are read. Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `now()` in ms since the epoch. Default: the system's clock. */
  clock?: { now(): number } | undefined;
  hostname?: string | undefined;
}

/** A logger together with its outputs. */
export interface Log extends Logger {
  /** Path of the file that is written now; empty without a file. */
  file(): string;
  /** Hears every line that goes to the file, as the file has it; returns how to stop. What it throws is dropped. */
  tap(listener: (line: Record<string, unknown>) => void): () => void;
  /** Every line is handed to the operating system as it is logged; this is for callers that want to say so. */
  flush(): void;
  /** Closes the file. Lines logged later are dropped. */
  close(): Promise<void>;
  /** Changes the settings that are given and keeps the others; child loggers follow. */
  reconfigure(settings: LogSettings): void;
}

interface Outputs {
  settings: LogSettings;
  redact: Redactor;
  fileLevel: LogLevel;
  consoleLevel: LogLevel;
  style: ConsoleStyle;
  color: boolean;
  file: LogFile | undefined;
}

/**
 * Opens a log: one JSON object per line in a file, readable lines on a console. Logging never throws and never breaks
 * the process; a file that cannot be written is reported once and tried again.
 */
export function createLog(options: LogOptions = {}): Log {
  const clock = options.clock ?? { now: () => Date.now() };
  const host = { hostname: options.hostname ?? hostname(), runtimeVersion: process.versions.node };
  const stream = options.console === false ? undefined : (options.console ?? process.stderr);
  const onTrouble = options.onTrouble ?? ((message) => process.stderr.write(`openclaw: ${message}\n`));
  const ownLine = lineWriter({ ...host, subsystem: "log" });
  const consoleOutput: ConsoleOutput | undefined =
    stream &&
    createConsoleOutput(stream, (message) => outputs.file?.write(ownLine("warn", clock.now(), message), clock.now()));
  let closed = false;
  const taps = new Set<(line: Record<string, unknown>) => void>();
  let outputs = buildOutputs(options);

  function buildOutputs(settings: LogSettings, previous?: Outputs): Outputs {
    const isTerminal = stream !== undefined && "isTTY" in stream && stream.isTTY === true;
    const samePlace =
      previous !== undefined &&
      previous.settings.file === settings.file &&
      previous.settings.dir === settings.dir &&
      previous.settings.profile === settings.profile;
    return {
      settings,
      redact: settings.redact ?? createRedactor(),
      fileLevel: settings.level ?? "info",
      consoleLevel: settings.consoleLevel ?? "info",
      style: settings.consoleStyle ?? (isTerminal ? "pretty" : "compact"),
      color: settings.color ?? wantsColor(options.env ?? process.env, isTerminal),
      file: samePlace ? previous.file : openFile(settings),
    };
  }

  function openFile(settings: LogSettings): LogFile | undefined {
    if (settings.file === false) return undefined;
    const dir = settings.dir ?? (settings.file === undefined ? defaultLogDir() : "");
    const file = createLogFile({
      fixedPath: settings.file,
      dir,
      profile: settings.profile,
      onTrouble,
      lostLine: (count, now) => ownLine("warn", now, `${count} log lines could not be written to this file`),
    });
    if (settings.file === undefined) file.removeOld(clock.now());
    return file;
  }

  function tellTaps(line: string): void {
    for (const tap of taps) {
      try {
        tap(JSON.parse(line));
      } catch {
        // Whoever listens to the log cannot break it, and telling of it here would be heard again.
      }
    }
  }

  function makeLogger(subsystem: string | undefined): Logger {
    const fileLine = lineWriter({ ...host, subsystem });
    function write(level: LineLevel, text: string, data: object | undefined): void {
      const { file, redact, fileLevel, consoleLevel, style, color } = outputs;
      const passes = levelPasses(level, fileLevel);
      const toFile = file !== undefined && passes;
      const toTaps = passes && !closed && taps.size > 0;
      const toConsole = consoleOutput !== undefined && !closed && levelPasses(level, consoleLevel);
      if (!toFile && !toConsole && !toTaps) return;
      const at = clock.now();
      // Plugins in plain JavaScript pass whatever they like.
      const message =
        typeof text === "string" ? loggableText(text, redact) : JSON.stringify(loggableValue(text, redact));
      const meta = data === undefined ? undefined : loggableValue(data, redact);
      if (toFile) file.write(fileLine(level, at, message, meta), at);
      if (toTaps) tellTaps(fileLine(level, at, message, meta));
      if (toConsole) consoleOutput.write(formatConsoleLine({ level, at, subsystem, message, meta }, style, color));
    }
    return {
      fatal: (message, meta) => write("fatal", message, meta),
      error: (message, meta) => write("error", message, meta),
      warn: (message, meta) => write("warn", message, meta),
      info: (message, meta) => write("info", message, meta),
      debug: (message, meta) => write("debug", message, meta),
      trace: (message, meta) => write("trace", message, meta),
      child: (name) => makeLogger(subsystem === undefined ? name : `${subsystem}/${name}`),
      isEnabled: (level) =>
        level !== "silent" &&
        !closed &&
        ((outputs.file !== undefined && levelPasses(level, outputs.fileLevel)) ||
          (consoleOutput !== undefined && levelPasses(level, outputs.consoleLevel))),
    };
  }

  return {
    ...makeLogger(undefined),
    file: () => outputs.file?.path(clock.now()) ?? "",
    flush: () => undefined,
    tap(listener) {
      taps.add(listener);
      return () => void taps.delete(listener);
    },
    async close() {
      closed = true;
      outputs.file?.close();
      outputs = { ...outputs, file: undefined };
    },
    reconfigure(settings) {
      if (closed) return;
      const previous = outputs;
      outputs = buildOutputs({ ...previous.settings, ...settings }, previous);
      if (previous.file !== outputs.file) previous.file?.close();
    },
  };
}
