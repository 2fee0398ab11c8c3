import type { ErrorFacts } from "./error-facts.ts";

/** Why a model call failed, as far as it matters for what to do next. */
export type ModelFailureKind =
  | "auth"
  | "billing"
  | "rate_limit"
  | "overloaded"
  | "timeout"
  | "context_overflow"
  | "network"
  | "format"
  | "unknown";

/** Failures that trying again, or another model, would not cure; each has a text of its own. */
export type RequestFault =
  | { readonly fault: "role-order" }
  | { readonly fault: "turn-order" }
  | { readonly fault: "tool-input-missing" }
  | { readonly fault: "image-size"; readonly megabytes?: string }
  | { readonly fault: "image-dimension" };

const overflow = [
  /request_too_large/i,
  /request exceeds the maximum size/i,
  /context length exceeded|context_length_exceeded/i,
  /maximum context length/i,
  /prompt is too long/i,
  /exceeds model context window/i,
  /context overflow:/i,
  /input is too long for requested model/i,
  /exceeds the context window/i,
  /input token count.*exceeds the maximum/i,
  /maximum prompt length is \d+/i,
  /reduce the length of the messages/i,
  /exceeds the limit of \d+/i,
  /exceeds the available context size/i,
  /greater than the context length/i,
  /context window exceeds limit/i,
  /exceeded model token limit/i,
  /too many tokens/i,
  /token limit exceeded/i,
];

/** The texts of providers, in the order they are tried. Bare numbers count as whole words only. */
const texts: readonly (readonly [ModelFailureKind, RegExp])[] = [
  ["overloaded", /overloaded/i],
  [
    "rate_limit",
    /rate[ _]limit|too many requests|\b429\b|exceeded your current quota|resource has been exhausted|resource_exhausted|quota exceeded|usage limit/i,
  ],
  [
    "format",
    /string should match pattern|tool_use\.id|tool_use_id|messages\.\d+\.content\.\d+\.tool_use\.id|invalid request format/i,
  ],
  ["billing", /\b402\b|payment required|insufficient credits|credit balance|plans & billing/i],
  ["billing", /billing(?=[\s\S]*(?:upgrade|credits|payment|plan))|(?:upgrade|credits|payment|plan)[\s\S]*billing/i],
  ["timeout", /timeout|timed out|deadline exceeded/i],
  [
    "auth",
    /invalid api key|incorrect api key|invalid token|authentication|re-authenticate|oauth token refresh failed|unauthorized|forbidden|access denied|\bexpired\b|\b401\b|\b403\b|no credentials found|no api key found/i,
  ],
];

const timeoutCodes = new Set([
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);
const networkCodes = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CLOSED",
]);

/** Faults of the request itself. Undefined when the error shows none. */
export function requestFault({ searchText, status }: ErrorFacts): RequestFault | undefined {
  if (/function call turn comes immediately after/i.test(searchText)) return { fault: "turn-order" };
  if (
    /(?:tool_use|tool_call)\S*\.(?:input|arguments)\b[^\n]*required/i.test(searchText) ||
    /messages\.\d+\.content\.\d+\.tool_use\.input/i.test(searchText)
  ) {
    return { fault: "tool-input-missing" };
  }
  if (
    /incorrect role information|roles must alternate/i.test(searchText) ||
    (status === 400 && /\broles?\b/i.test(searchText))
  ) {
    return { fault: "role-order" };
  }
  if (/image dimensions exceed max allowed size for many-image requests: \d+ pixels/i.test(searchText)) {
    return { fault: "image-dimension" };
  }
  const size = /image exceeds (\d+(?:\.\d+)?)\s*MB/i.exec(searchText);
  return size ? { fault: "image-size", ...(size[1] !== undefined && { megabytes: size[1] }) } : undefined;
}

/** Structured data (status, code, name) is judged before text. */
export function failureKind(facts: ErrorFacts): ModelFailureKind {
  if (isOverflow(facts)) return "context_overflow";
  const structured = kindOfStatus(facts.status) ?? kindOfCode(facts);
  if (structured === "auth" || structured === "format") return refine(structured, facts);
  return structured ?? kindOfText(facts.searchText) ?? "unknown";
}

function isOverflow({ searchText, status }: ErrorFacts): boolean {
  if (/context window too small/i.test(searchText)) return false;
  return overflow.some((pattern) => pattern.test(searchText)) || (status === 413 && /too large/i.test(searchText));
}

function kindOfStatus(status: number | undefined): ModelFailureKind | undefined {
  switch (status) {
    case 400:
      return "format";
    case 401:
    case 403:
      return "auth";
    case 402:
      return "billing";
    case 408:
    case 500:
    case 502:
    case 504:
      return "timeout";
    case 429:
      return "rate_limit";
    case 503:
    case 529:
      return "overloaded";
    default:
      return undefined;
  }
}

/** Some providers refuse an empty balance with 400 or 403; their words are more precise than the status. */
function refine(kind: "auth" | "format", facts: ErrorFacts): ModelFailureKind {
  return kindOfText(facts.searchText) === "billing" ? "billing" : kind;
}

function kindOfCode({ code, names, message, html, searchText }: ErrorFacts): ModelFailureKind | undefined {
  if (code !== undefined && timeoutCodes.has(code)) return "timeout";
  if (code !== undefined && networkCodes.has(code)) return "network";
  if (names.includes("TimeoutError")) return "timeout";
  // Half a JSON document, or another kind of document, is what an interrupted connection leaves behind.
  if (html || names.some((name) => name === "AI_JSONParseError" || name === "AI_TypeValidationError")) return "network";
  if (/\bterminated\b|other side closed|socket hang up|fetch failed|cannot connect to api/i.test(searchText))
    return "network";
  return /^network error/i.test(message) ? "network" : undefined;
}

function kindOfText(text: string): ModelFailureKind | undefined {
  return texts.find(([, pattern]) => pattern.test(text))?.[0];
}
