import { CliBackendError } from "../cli-backend/cli-backend-error.ts";
import { ModelError } from "../model-error.ts";
import type { ModelRef } from "../model-ref.ts";
import type { ThinkingLevel } from "../thinking-level.ts";
import { parseThinkingLevel } from "../thinking-level.ts";
import type { ErrorFacts } from "./error-facts.ts";
import { errorFacts } from "./error-facts.ts";
import type { ModelFailureKind, RequestFault } from "./failure-kind.ts";
import { failureKind, requestFault } from "./failure-kind.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What a failed model call means, for the program and for the person. */
export interface ModelFailure {
  readonly kind: ModelFailureKind;
  /** HTTP status, when the server answered with one. */
  readonly status?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** How long the provider wants us to wait, ms. */
  readonly retryAfterMs?: number;
  /** The text to show in the chat. Free of secrets and of raw error bodies. */
  readonly userMessage: string;
  /** Set when the request itself was at fault; trying again or another model does not help. */
  readonly fault?: RequestFault["fault"];
  /** Set when the model cannot be had here at all; another one may be. */
  readonly missing?: true;
  /** Thinking levels the provider says it supports, when the wanted one was refused. */
  readonly supportedThinking?: readonly ThinkingLevel[];
  /** One line for the log, with the provider's own words. Free of secrets. */
  readonly detail: string;
}

/** Longest provider text that is shown. */
const longestShown = 600;

/**
 * Classifies an error of a model call, whether it was thrown or arrived as an `error` part of a stream.
 * Never throws.
 */
export function describeModelFailure(error: unknown, ref: ModelRef, options?: { now?: number }): ModelFailure {
  if (error instanceof ModelError) return describeOwnError(error);
  if (error instanceof CliBackendError) return describeProgramFailure(error, ref);
  const facts = errorFacts(error);
  const base = {
    ...(facts.status !== undefined && { status: facts.status }),
    detail: maskSecrets(shorten(facts.message || facts.names[0] || "no further information")),
  };
  if (facts.names[0] === "AbortError" && !facts.names.includes("TimeoutError")) {
    return { ...base, kind: "unknown", retryable: false, userMessage: "The request was stopped." };
  }

  const fault = requestFault(facts);
  const kind = fault && failureKind(facts) !== "context_overflow" ? "format" : failureKind(facts);
  if (fault && kind === "format") {
    return { ...base, kind, retryable: false, fault: fault.fault, userMessage: faultText(fault) };
  }
  const wait = retryAfterMs(facts.headers, facts.searchText, options?.now ?? Date.now());
  const supportedThinking = supportedLevels(facts.searchText);
  return {
    ...base,
    kind,
    retryable: kind === "rate_limit" || kind === "overloaded" || kind === "timeout" || kind === "network",
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(supportedThinking && { supportedThinking }),
    userMessage: maskSecrets(failureText(kind, facts, ref)),
  };
}

/** A program's words are judged like a provider's; whatever they are, another model may answer. */
function describeProgramFailure({ code, message, output }: CliBackendError, ref: ModelRef): ModelFailure {
  const facts = errorFacts(new Error(output));
  const kind = code === "cli-failed" && output !== "" ? failureKind(facts) : "unknown";
  const words = facts.message ? `${message} ${facts.message}` : message;
  const detail = maskSecrets(shorten(words));
  // What the program keeps of the conversation cannot be made shorter from here.
  if (kind === "unknown" || kind === "context_overflow") {
    return { kind: "unknown", retryable: false, missing: true, userMessage: beforeReply(detail), detail };
  }
  const retryable = kind === "rate_limit" || kind === "overloaded" || kind === "timeout" || kind === "network";
  const text = retryable || kind === "billing" ? failureText(kind, facts, ref) : beforeReply(detail);
  return { kind, retryable, userMessage: maskSecrets(text), detail };
}

function describeOwnError(error: ModelError): ModelFailure {
  const detail = maskSecrets(error.message);
  const userMessage = maskSecrets(error.userMessage);
  switch (error.code) {
    case "no-api-key":
    case "auth-refresh-failed":
      return { kind: "auth", retryable: false, userMessage, detail };
    case "incomplete-response":
      return { kind: "network", retryable: true, userMessage: beforeReply(userMessage), detail };
    case "unexpected-response":
      return { kind: "network", retryable: false, userMessage: beforeReply(userMessage), detail };
    case "unknown-model":
    case "unavailable-api":
    case "invalid-provider":
      return { kind: "unknown", retryable: false, missing: true, userMessage, detail };
  }
}

function faultText(fault: RequestFault): string {
  switch (fault.fault) {
    case "role-order":
      return "Message ordering conflict - please try again. If this persists, use /new to start a fresh session.";
    case "turn-order":
      return "⚠️ Session history was corrupted. I've reset the conversation - please try again!";
    case "tool-input-missing":
      return "Session history looks corrupted (tool call input missing). Use /new to start a fresh session. If this keeps happening, reset the session or delete the corrupted session transcript.";
    case "image-size":
    case "image-dimension": {
      const limit = fault.fault === "image-size" && fault.megabytes ? ` (max ${fault.megabytes}MB)` : "";
      return `Image too large for the model${limit}. Please compress or resize the image and try again.`;
    }
  }
}

function failureText(kind: ModelFailureKind, facts: ErrorFacts, ref: ModelRef): string {
  switch (kind) {
    case "context_overflow":
      return "Context overflow: prompt too large for the model. Try again with less input or a larger-context model.";
    case "rate_limit":
    case "overloaded":
      return "The AI service is temporarily overloaded. Please try again in a moment.";
    case "billing":
      return "⚠️ API provider returned a billing error — your API key has run out of credits or has an insufficient balance. Check your provider's billing dashboard and top up or switch to a different API key.";
    case "timeout":
      return facts.status === undefined ? "LLM request timed out." : httpText(facts);
    case "network":
      return facts.status === undefined ? beforeReply(networkReason(facts, ref)) : httpText(facts);
    case "auth":
      return facts.status === undefined && !facts.message ? "LLM request unauthorized." : httpText(facts);
    case "format":
    case "unknown":
      if (facts.type === "invalid_request_error" && facts.message)
        return `LLM request rejected: ${shorten(facts.message)}`;
      if (facts.status !== undefined || facts.type) return httpText(facts);
      return facts.message ? beforeReply(facts.message) : "LLM request failed with an unknown error.";
  }
}

/** `HTTP 500: message`, or `LLM error type: message (request_id: id)` when the error came inside a stream. */
function httpText({ status, type, message, requestId, html }: ErrorFacts): string {
  const words = html ? "the server answered with a web page" : message || "no further information";
  if (status !== undefined) return shorten(`HTTP ${status}: ${words}`);
  const id = requestId ? ` (request_id: ${requestId})` : "";
  return type ? shorten(`LLM error ${type}: ${words}${id}`) : beforeReply(words);
}

function networkReason(facts: ErrorFacts, ref: ModelRef): string {
  const place = facts.url && URL.canParse(facts.url) ? ` at ${new URL(facts.url).origin}` : "";
  const server = `provider "${ref.provider}"${place}`;
  switch (facts.code) {
    case "ECONNREFUSED":
      return `${server} refused the connection; is the server running?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the address of ${server} could not be found; is the network up and the base URL right?`;
    case undefined:
      return facts.html || facts.names.some((name) => name === "AI_JSONParseError" || name === "AI_TypeValidationError")
        ? `${server} sent an answer that cannot be read`
        : `the connection to ${server} broke off`;
    default:
      return `the connection to ${server} broke off (${facts.code})`;
  }
}

/** The general form of a failure before any answer. */
function beforeReply(message: string): string {
  return `⚠️ Agent failed before reply: ${shorten(message).replace(/\.$/, "")}.\nLogs: openclaw logs --follow`;
}

/** Reads "supported values are: 'low', 'medium'". */
function supportedLevels(text: string): ThinkingLevel[] | undefined {
  const match = /supported values are:?\s*([^\n.]*)/i.exec(text);
  const levels = [...(match?.[1] ?? "").matchAll(/['"`]([a-z]+)['"`]/gi)]
    .map(([, word]) => (word === "none" ? "off" : parseThinkingLevel(word ?? "")))
    .filter((level) => level !== undefined);
  return levels.length > 0 ? levels : undefined;
}

function shorten(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown - 1)}…` : text;
}
