import { maskSecrets } from "../../failure/mask-secrets.ts";
import { isObject, numberField, textField } from "../wire-fields.ts";
import { OAuthError } from "./oauth-error.ts";

const maxShown = 300;

export interface TokenRequest {
  /** Name of the service, for messages. */
  service: string;
  url: string;
  body: Readonly<Record<string, string>>;
  /** Default `form`. */
  encoding?: "form" | "json";
  headers?: Readonly<Record<string, string>>;
  fetch: typeof fetch;
  signal?: AbortSignal;
}

/** What a server said, whatever its status. */
export interface TokenServerAnswer {
  ok: boolean;
  status: number;
  body: Record<string, unknown>;
}

/** Asks an authorisation server. Statuses are left to the caller; an answer that is no JSON object is an error. */
export async function askTokenServer(request: TokenRequest): Promise<TokenServerAnswer> {
  const json = request.encoding === "json";
  let response: Response;
  try {
    response = await request.fetch(request.url, {
      method: "POST",
      headers: {
        accept: "application/json",
        "content-type": json ? "application/json" : "application/x-www-form-urlencoded",
        ...request.headers,
      },
      body: json ? JSON.stringify(request.body) : new URLSearchParams(request.body).toString(),
      redirect: "error",
      ...(request.signal && { signal: request.signal }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OAuthError("unreachable", `${request.service} could not be reached: ${reason}`, { cause: error });
  }
  const text = await response.text();
  const parsed = parse(text);
  if (parsed === undefined && response.ok) {
    throw new OAuthError("unexpected-answer", `${request.service} did not answer with JSON (HTTP ${response.status})`, {
      status: response.status,
    });
  }
  return { ok: response.ok, status: response.status, body: parsed ?? {} };
}

/** As {@link askTokenServer}, with an answer that is not a success as an error in the server's own words. */
export async function requestToken(request: TokenRequest): Promise<Record<string, unknown>> {
  const { ok, status, body } = await askTokenServer(request);
  if (ok) return body;
  throw new OAuthError("refused", `${request.service} answered HTTP ${status}${reasonOf(body)}`, { status });
}

/** `: reason`, in the words of the server; empty when it gave none. */
export function reasonOf(body: Record<string, unknown>): string {
  const nested = isObject(body.error) ? textField(body.error, "message") : undefined;
  const said = textField(body, "error_description") ?? nested ?? textField(body, "error") ?? textField(body, "message");
  return said ? `: ${maskSecrets(said).slice(0, maxShown)}` : "";
}

/** The tokens of an answer. @throws OAuthError when there is no access token */
export function readTokens(
  body: Record<string, unknown>,
  options: { service: string; now: number /** Assumed when the server says nothing, seconds. */; expiresIn?: number },
): { access: string; refresh: string; expires: number } {
  const access = textField(body, "access_token");
  if (!access) throw new OAuthError("unexpected-answer", `${options.service} answered without an access token`);
  const seconds = numberField(body, "expires_in") ?? options.expiresIn ?? 3600;
  return { access, refresh: textField(body, "refresh_token") ?? "", expires: options.now + seconds * 1000 };
}

/** Leaves five minutes before the end, but at least half a minute from now. */
export function earlyExpiry(expires: number, now: number): number {
  return Math.max(expires - 5 * 60_000, now + 30_000);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
