import type { ChannelLog } from "@openclaw/plugin-sdk";

/** The logger the library asks for. */
export interface LibraryLog {
  level: string;
  child(bindings: Record<string, unknown>): LibraryLog;
  trace(about: unknown, text?: string): void;
  debug(about: unknown, text?: string): void;
  info(about: unknown, text?: string): void;
  warn(about: unknown, text?: string): void;
  error(about: unknown, text?: string): void;
}

/** Hands on what the library says, words alone: what goes with them holds messages and keys. */
export function libraryLog(log: ChannelLog): LibraryLog {
  const words = (about: unknown, text: string | undefined) => text ?? (typeof about === "string" ? about : "");
  const debug = (about: unknown, text?: string) => {
    const line = words(about, text);
    if (line !== "") log.debug(`library: ${line}`);
  };
  const own: LibraryLog = {
    level: "info",
    child: () => own,
    trace: () => {},
    debug: () => {},
    info: debug,
    warn: debug,
    error: debug,
  };
  return own;
}
