import { z } from "zod";
import type { GatewayErrorShape } from "./errors.ts";
import { anything, flag, nonEmpty, text } from "./fields.ts";
import { type StateVersion, stateVersion } from "./health.ts";
import type { RequestFrame } from "./request-frame.ts";

/** A frame from client to Gateway. */
export const requestFrame = z.lazy(() =>
  z.strictObject({
    type: z.literal("req"),
    id: nonEmpty(),
    method: nonEmpty(),
    params: anything().optional(),
    traceparent: text().max(128).optional(),
    expectedProfileId: text().max(128).optional(),
  }),
);

/** The `error` of a refused request. The code is any text here: a client must survive codes it does not know. */
export const errorShape = z.lazy(() =>
  z.strictObject({
    code: nonEmpty(),
    message: nonEmpty(),
    details: anything().optional(),
    retryable: flag().optional(),
    retryAfterMs: z.int().min(0).optional(),
  }),
);

/** A frame from Gateway to client that answers a request. */
export const responseFrame = z.lazy(() =>
  z.strictObject({
    type: z.literal("res"),
    // Empty only when it repeats the id of a malformed request.
    id: text(),
    ok: flag(),
    payload: anything().optional(),
    error: errorShape.optional(),
  }),
);

/** A frame from Gateway to client that nobody asked for. */
export const eventFrame = z.lazy(() =>
  z.strictObject({
    type: z.literal("event"),
    event: nonEmpty(),
    payload: anything().optional(),
    /** Counts the events of one connection from 1; absent in `connect.challenge` and events for one node. */
    seq: z.int().min(0).optional(),
    stateVersion: stateVersion().optional(),
  }),
);

/** An answer; a failed `agent` run has both `error` and `payload`. */
export type ResponseFrame =
  | { type: "res"; id: string; ok: true; payload?: unknown }
  | { type: "res"; id: string; ok: false; error: GatewayErrorShape; payload?: unknown };

export interface EventFrame {
  type: "event";
  event: string;
  payload?: unknown;
  seq?: number;
  stateVersion?: StateVersion;
}

export type Frame = RequestFrame | ResponseFrame | EventFrame;
