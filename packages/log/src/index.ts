export { ignoreBrokenPipe, isBrokenPipe } from "./broken-pipe.ts";
export type { CapturedConsole } from "./capture-console.ts";
export { captureConsole } from "./capture-console.ts";
export type { ConsoleLine, ConsoleStyle } from "./console-line.ts";
export { formatConsoleLine } from "./console-line.ts";
export type { Log, LogOptions, LogSettings } from "./create-log.ts";
export { createLog } from "./create-log.ts";
export type { LineLevel, LogLevel } from "./log-level.ts";
export { levelPasses, logLevels, parseLogLevel } from "./log-level.ts";
export type { ParsedLogLine } from "./log-line.ts";
export { parseLogLine } from "./log-line.ts";
export type { Logger } from "./logger.ts";
export { silentLog } from "./logger.ts";
export { maskSecret } from "./mask.ts";
export type { Redactor, RedactorOptions } from "./redactor.ts";
export { createRedactor } from "./redactor.ts";
export { defaultLogDir, rollingLogFile } from "./rolling-file.ts";
export { subsystemLabel } from "./subsystem-label.ts";
export type { LogTail, TailLogOptions } from "./tail-log.ts";
export { LogReadError, tailLog } from "./tail-log.ts";
export { wantsColor } from "./terminal-color.ts";
export type {
  WsEventLine,
  WsFrameLine,
  WsLogFields,
  WsLogFormatter,
  WsLogStyle,
  WsResponseLine,
} from "./ws-log.ts";
export {
  createWsLogFormatter,
  formatWsValue,
  invalidWsLogStyle,
  parseWsLogStyle,
  previewAssistantText,
  shortenId,
  slowResponseMs,
} from "./ws-log.ts";
