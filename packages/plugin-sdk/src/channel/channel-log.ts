/** A line logger. Secrets in `meta` are redacted by the host, but better not put there. */
export interface ChannelLog {
  error(message: string, meta?: object): void;
  warn(message: string, meta?: object): void;
  info(message: string, meta?: object): void;
  debug(message: string, meta?: object): void;
}
