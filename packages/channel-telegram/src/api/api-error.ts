import { ChannelError } from "@openclaw/plugin-sdk";

/** What the Bot API answered instead of a result, whichever copy of the library made the error. */
export interface ApiRefusal {
  error_code: number;
  description: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
}

const recoverableCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ERR_NETWORK",
]);
const recoverableNames = /^(Abort|Timeout|ConnectTimeout|HeadersTimeout|BodyTimeout)Error$/;
const recoverableTexts = /timed? ?out|timeout|socket hang up|connect|reset|closed|unavailable|network/i;

/** The refusal in an error of the library; undefined when the API did not answer at all. */
export function refusalOf(error: unknown): ApiRefusal | undefined {
  if (!(error instanceof Error) || !("error_code" in error) || !("description" in error)) return undefined;
  const { error_code, description } = error;
  if (typeof error_code !== "number" || typeof description !== "string") return undefined;
  const parameters = "parameters" in error && isRecord(error.parameters) ? error.parameters : {};
  const { retry_after, migrate_to_chat_id } = parameters;
  return {
    error_code,
    description,
    parameters: {
      ...(typeof retry_after === "number" ? { retry_after } : {}),
      ...(typeof migrate_to_chat_id === "number" ? { migrate_to_chat_id } : {}),
    },
  };
}

/** Whether the description of a refusal says this. */
export function isRefusal(error: unknown, says: RegExp): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && says.test(refusal.description);
}

/** Whether the network failed in a way that passes, so that the same call may succeed. */
export function isNetworkError(error: unknown): boolean {
  for (const each of causes(error)) {
    if (refusalOf(each) !== undefined) return false;
    const code = "code" in each && typeof each.code === "string" ? each.code : "";
    if (recoverableCodes.has(code) || code.startsWith("UND_ERR_") || recoverableNames.test(each.name)) return true;
    // The library's timeout has neither a code nor a name of its own; it only shows in the text.
    if (each.name !== "HttpError" && code === "" && recoverableTexts.test(each.message)) return true;
  }
  return false;
}

/** An error in words. The library's transport puts the address, and with it the token, into its messages. */
export function errorText(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return `${refusal.error_code}: ${refusal.description}`;
  const [first, ...rest] = causes(error);
  if (first === undefined) return withoutToken(String(error));
  const words = [first, ...rest].map(({ message }) => message.trim()).filter((message) => message !== "");
  return withoutToken(words.length === 0 ? first.name : words.join(": "));
}

/** Hides bot tokens in a text. */
export function withoutToken(text: string): string {
  return text.replace(/(\/bot|\/file\/bot|\b)\d{3,}:[A-Za-z0-9_-]{10,}/g, "$1<token>");
}

/** The error as the host knows it: whether trying again can help, and when. */
export function toChannelError(error: unknown): Error {
  if (error instanceof ChannelError) return error;
  const refusal = refusalOf(error);
  const text = errorText(error);
  if (refusal === undefined) {
    return isNetworkError(error) ? new ChannelError("unavailable", text) : new Error(text);
  }
  const { error_code: code, parameters = {} } = refusal;
  if (code === 401) return new ChannelError("invalid_credentials", `Telegram does not accept the bot token (${text})`);
  if (code === 429) {
    const { retry_after = 1 } = parameters;
    return new ChannelError("rate_limited", text, { retryAfterMs: retry_after * 1000 });
  }
  if (code === 413) return new ChannelError("media_too_large", text);
  if (code >= 400 && code < 500 && code !== 409) return new ChannelError("refused", text);
  return new ChannelError("unavailable", text);
}

/** The error and what lies in it, from the outside in. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  let next = error;
  while (next instanceof Error && found.length < 5) {
    found.push(next);
    next = "error" in next && next.error instanceof Error ? next.error : next.cause;
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
