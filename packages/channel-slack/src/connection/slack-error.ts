import { ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";

/** What the library's errors have in common; its classes are not loaded for it. */
const slackError = z.object({
  code: z.string().optional(),
  message: z.string().default(""),
  statusCode: z.number().optional(),
  /** Seconds. */
  retryAfter: z.number().optional(),
  data: z
    .object({
      error: z.string().optional(),
      needed: z.string().optional(),
      provided: z.string().optional(),
    })
    .optional(),
});

/** The token is of no use any more, or never was. */
const credentialErrors: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "user_removed_from_team",
  "team_disabled",
  "no_permission",
  "org_login_required",
  "not_allowed_token_type",
]);

/** Slack had trouble itself. */
const passingErrors: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "slack_connect_file_upload_sharing_blocked_retry",
]);

const targetErrors: ReadonlySet<string> = new Set(["channel_not_found", "user_not_found", "is_archived"]);

/** What Slack calls the problem (`missing_scope`), when it named one. */
export function slackErrorCode(error: unknown): string | undefined {
  const read = slackError.safeParse(error);
  return read.success ? read.data.data?.error : undefined;
}

/** An error of the library as the host acts on it. The message carries Slack's own code. */
export function toChannelError(error: unknown, what: string): ChannelError {
  if (error instanceof ChannelError) return error;
  const read = slackError.safeParse(error);
  if (!read.success) return new ChannelError("unavailable", `Slack ${what}: ${String(error)}`, { cause: error });
  const { code, message, statusCode, retryAfter, data } = read.data;
  if (code === "slack_webapi_rate_limited_error" || data?.error === "ratelimited" || data?.error === "rate_limited") {
    return new ChannelError("rate_limited", `Slack ${what}: rate limited`, {
      retryAfterMs: (retryAfter ?? 1) * 1000,
      cause: error,
    });
  }
  if (data?.error === undefined) {
    const detail = statusCode === undefined ? message : `HTTP ${statusCode}`;
    // A request that Slack's servers do not understand will not be understood the next time.
    const refused = statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 408;
    return new ChannelError(refused ? "refused" : "unavailable", `Slack ${what}: ${detail}`, { cause: error });
  }
  const scopes = data.needed === undefined ? "" : ` (needed: ${data.needed}; provided: ${data.provided ?? "?"})`;
  const text = `Slack ${what}: ${data.error}${scopes}`;
  if (credentialErrors.has(data.error)) return new ChannelError("invalid_credentials", text, { cause: error });
  if (passingErrors.has(data.error)) return new ChannelError("unavailable", text, { cause: error });
  if (targetErrors.has(data.error)) return new ChannelError("invalid_target", text, { cause: error });
  return new ChannelError("refused", text, { cause: error });
}
