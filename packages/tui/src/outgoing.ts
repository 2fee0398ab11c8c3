import { type GatewayClient, GatewayClientError } from "@openclaw/client";
import type { ParamsInput, ResultOf } from "@openclaw/protocol";

type SendParams = ParamsInput<"chat.send">;

/** What is told of messages on their way. */
export interface OutgoingEvents {
  onAnswer(runId: string, answer: ResultOf<"chat.send">): void;
  onRefusal(runId: string, reason: string): void;
  /** The message waits for the connection. */
  onHeld(): void;
}

/**
 * Sends messages and keeps those whose answer the connection did not bring. They are sent again under the same key,
 * so that one the Gateway had already taken starts nothing twice.
 */
export function createOutgoing(client: GatewayClient, events: OutgoingEvents) {
  const held: SendParams[] = [];

  function send(params: SendParams): void {
    client.request("chat.send", params).then(
      (answer) => events.onAnswer(params.idempotencyKey, answer),
      (error: unknown) => {
        if (error instanceof GatewayClientError && error.code === "disconnected") {
          held.push(params);
          events.onHeld();
        } else events.onRefusal(params.idempotencyKey, error instanceof Error ? error.message : String(error));
      },
    );
  }
  return {
    send,
    /** Sends what was held, in order. */
    flush(): void {
      for (const params of held.splice(0)) send(params);
    },
  };
}
