import type { Logger } from "@openclaw/log";

/** Why a running Gateway asks whoever started it to do something. */
export interface RestartRequest {
  reason: string;
  delayMs: number;
}

/** Requests for a restart in this process. */
export interface RestartRequests {
  /** Asks for a restart; several requests become one. */
  ask(request: RestartRequest): void;
  /** Takes back a request that has not been carried out. */
  cancel(): void;
}

export function createRestartRequests(onRestart: (request: RestartRequest) => void, log: Logger): RestartRequests {
  let timer: NodeJS.Timeout | undefined;
  return {
    ask(request) {
      if (timer) return;
      log.info(`restart in ${request.delayMs} ms (${request.reason})`);
      timer = setTimeout(() => {
        timer = undefined;
        onRestart(request);
      }, request.delayMs);
    },
    cancel: () => clearTimeout(timer),
  };
}
