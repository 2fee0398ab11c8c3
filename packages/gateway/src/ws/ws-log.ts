import { createWsLogFormatter, type Logger, type WsLogStyle } from "@openclaw/log";
import type { GatewayErrorShape, RequestFrame } from "@openclaw/protocol";
import type { Connection } from "./connection.ts";

interface ResponseNote {
  id: string;
  method: string;
  ok: boolean;
  ms: number;
  error?: GatewayErrorShape;
}

/** Lines about the frames of the Gateway's connections. */
export interface WsLog {
  request(connection: Connection, frame: RequestFrame): void;
  response(connection: Connection, note: ResponseNote): void;
  event(name: string): void;
  parseError(connection: Connection, data: string): void;
}

/** Quiet: failures, slow answers and parse errors. Verbose: a line per pair, or per frame with `full`. */
export function createWsLog(log: Logger, options: { verbose: boolean; style: WsLogStyle }): WsLog {
  const format = createWsLogFormatter(options);
  const info = (line: string | undefined) => {
    if (line !== undefined) log.info(line);
  };
  return {
    request(connection, { id, method, params }) {
      if (!options.verbose) return;
      info(format.frame({ direction: "in", type: "req", conn: connection.id, id, name: method, fields: { params } }));
    },
    response(connection, { id, method, ok, ms, error }) {
      const fields = error ? { code: error.code, error: error.message } : undefined;
      info(format.response({ conn: connection.id, id, method, ok, durationMs: ms, fields }));
      if (options.verbose) {
        info(format.frame({ direction: "out", type: "res", conn: connection.id, id, name: method, ok, fields }));
      }
    },
    event(name) {
      if (!options.verbose) return;
      info(format.event({ event: name }));
    },
    parseError(connection, data) {
      log.warn(format.parseError({ conn: connection.id, error: data.slice(0, 240) }));
    },
  };
}
