import type { FailureReason } from "../credentials/profile-stats.ts";
import type { ModelFailure } from "./describe-model-failure.ts";

/** What a failed call means for the choice of the next one. */
export type Failover =
  /** The profile rests, and the next one, then the next model, is tried. */
  | { readonly kind: "rotate"; readonly reason: FailureReason; readonly status: number }
  /** Nothing is wrong with the profile, but another model may do. */
  | { readonly kind: "next-model"; readonly reason: FailureReason; readonly status?: number }
  /** The same would happen everywhere. */
  | { readonly kind: "stop" };

/** Statuses under which each reason is reported. */
const statusOf = { billing: 402, rate_limit: 429, auth: 401, timeout: 408, format: 400 } as const;

/** Decides what follows a failure: table 12.2 of the format, structured data before text. */
export function failoverOf(failure: ModelFailure): Failover {
  if (failure.fault !== undefined) return { kind: "stop" };
  switch (failure.kind) {
    case "rate_limit":
    case "overloaded":
      return { kind: "rotate", reason: "rate_limit", status: statusOf.rate_limit };
    case "auth":
    case "billing":
    case "format":
      return { kind: "rotate", reason: failure.kind, status: statusOf[failure.kind] };
    case "timeout":
    case "network":
      return { kind: "rotate", reason: "timeout", status: statusOf.timeout };
    case "context_overflow":
      return { kind: "stop" };
    case "unknown":
      // A server that answered with a status has refused this model; anything else is not about the provider.
      return failure.status === undefined && failure.missing !== true
        ? { kind: "stop" }
        : { kind: "next-model", reason: "unknown", ...(failure.status !== undefined && { status: failure.status }) };
    default: {
      const never: never = failure.kind;
      return never;
    }
  }
}

/** What a failure is called where the provider said nothing. */
export function bareFailureText(reason: FailureReason): string {
  switch (reason) {
    case "timeout":
      return "LLM request timed out.";
    case "rate_limit":
      return "LLM request rate limited.";
    case "auth":
      return "LLM request unauthorized.";
    case "billing":
    case "format":
      return "LLM request failed.";
    case "unknown":
      return "LLM request failed with an unknown error.";
    default: {
      const never: never = reason;
      return never;
    }
  }
}
