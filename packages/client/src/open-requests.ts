import type { ClientClock } from "./client-clock.ts";
import { GatewayClientError } from "./gateway-client-error.ts";
import { type AnswerFrame, isAccepted } from "./gateway-frame.ts";

export interface RequestOptions {
  /**
   * How long to wait, ms; 0 = as long as the connection lasts. Default: the client's `requestTimeoutMs`, and no limit
   * with `expectFinal`.
   */
  timeoutMs?: number;
  /** Wait for the answer behind `status: "accepted"`. */
  expectFinal?: boolean;
}

interface OpenRequest {
  resolve(payload: unknown): void;
  reject(error: GatewayClientError): void;
  expectFinal: boolean;
  cancelTimeout(): void;
}

/** The requests of one connection that wait for their answer. */
export interface OpenRequests {
  /** Registers a request under an id; the promise settles with its answer. */
  add(id: string, method: string, options: { timeoutMs: number; expectFinal: boolean }): Promise<unknown>;
  settle(answer: AnswerFrame): void;
  rejectAll(error: GatewayClientError): void;
}

export function createOpenRequests(clock: ClientClock): OpenRequests {
  const open = new Map<string, OpenRequest>();

  return {
    add: (id, method, { timeoutMs, expectFinal }) =>
      new Promise((resolve, reject) => {
        const expire = () => {
          open.delete(id);
          reject(new GatewayClientError("timeout", `${method} was not answered within ${timeoutMs} ms`));
        };
        const cancelTimeout = timeoutMs > 0 ? clock.after(timeoutMs, expire) : () => {};
        open.set(id, { resolve, reject, expectFinal, cancelTimeout });
      }),

    settle(answer) {
      const request = open.get(answer.id);
      if (!request) return; // answered too late
      if (answer.ok && request.expectFinal && isAccepted(answer.payload)) return;
      open.delete(answer.id);
      request.cancelTimeout();
      if (answer.ok) return request.resolve(answer.payload);
      const refusal = answer.error ?? {
        code: "UNAVAILABLE",
        message: "the Gateway refused the request without a reason",
      };
      request.reject(new GatewayClientError("refused", refusal.message, { refusal, payload: answer.payload }));
    },

    rejectAll(error) {
      for (const request of open.values()) {
        request.cancelTimeout();
        request.reject(error);
      }
      open.clear();
    },
  };
}
