import { secretsEqual } from "@openclaw/net";
import { isControlUi, isWebChat } from "@openclaw/protocol";
import type { ClientInfo, ProtocolVersion } from "./connection.ts";

/** The shared secret the Gateway accepts. */
export interface GatewayAuth {
  mode: "token" | "password";
  token?: string | undefined;
  password?: string | undefined;
}

export type AuthReason =
  | "token_missing"
  | "token_mismatch"
  | "token_missing_config"
  | "password_missing"
  | "password_mismatch"
  | "password_missing_config"
  | "device_token_mismatch"
  | "scope_mismatch"
  | "rate_limited";

/** What the client presented. */
export interface PresentedSecrets {
  token?: string | undefined;
  password?: string | undefined;
  deviceToken?: string | undefined;
}

/** Compares the shared secret of the configured mode; protocol 4 clients may send it in either field. */
export function checkSharedSecret(
  auth: GatewayAuth,
  presented: PresentedSecrets,
  protocol: ProtocolVersion,
): { ok: true; method: "token" | "password" } | { ok: false; reason: AuthReason } {
  const { mode } = auth;
  const secret = mode === "token" ? auth.token : auth.password;
  if (!secret) return { ok: false, reason: `${mode}_missing_config` };
  const given = [mode === "token" ? presented.token : presented.password];
  if (protocol === 4) given.push(mode === "token" ? presented.password : presented.token);
  const present = given.filter((value): value is string => !!value);
  if (present.length === 0) return { ok: false, reason: `${mode}_missing` };
  return present.some((value) => secretsEqual(value, secret))
    ? { ok: true, method: mode }
    : { ok: false, reason: `${mode}_mismatch` };
}

const codes: Record<AuthReason, string> = {
  token_missing: "AUTH_TOKEN_MISSING",
  token_mismatch: "AUTH_TOKEN_MISMATCH",
  token_missing_config: "AUTH_TOKEN_NOT_CONFIGURED",
  password_missing: "AUTH_PASSWORD_MISSING",
  password_mismatch: "AUTH_PASSWORD_MISMATCH",
  password_missing_config: "AUTH_PASSWORD_NOT_CONFIGURED",
  device_token_mismatch: "AUTH_DEVICE_TOKEN_MISMATCH",
  scope_mismatch: "AUTH_SCOPE_MISMATCH",
  rate_limited: "AUTH_RATE_LIMITED",
};

/** The message and details of a refused connect: the texts clients show and the codes newer clients act on. */
export function describeAuthFailure(
  reason: AuthReason,
  client: ClientInfo,
  options: { protocol: ProtocolVersion; mode: "token" | "password"; canRetryWithDeviceToken: boolean },
): { message: string; details: object } {
  // A version 3 client knows the device-token texts as a wrong shared secret.
  const shown: AuthReason =
    options.protocol === 3 && (reason === "device_token_mismatch" || reason === "scope_mismatch")
      ? `${options.mode}_mismatch`
      : reason;
  const retry = shown === "token_mismatch" && options.canRetryWithDeviceToken;
  return {
    message: text(shown, client),
    details: {
      code: codes[shown],
      authReason: shown,
      canRetryWithDeviceToken: retry,
      recommendedNextStep: retry ? "retry_with_device_token" : nextStep(shown),
    },
  };
}

function text(reason: AuthReason, client: ClientInfo): string {
  switch (reason) {
    case "token_missing":
      return `unauthorized: gateway token missing (${hint("token", client)})`;
    case "token_mismatch":
      return `unauthorized: gateway token mismatch (${hint("token", client)})`;
    case "token_missing_config":
      return "unauthorized: gateway token not configured on gateway (set gateway.auth.token)";
    case "password_missing":
      return `unauthorized: gateway password missing (${hint("password", client)})`;
    case "password_mismatch":
      return `unauthorized: gateway password mismatch (${hint("password", client)})`;
    case "password_missing_config":
      return "unauthorized: gateway password not configured on gateway (set gateway.auth.password)";
    case "device_token_mismatch":
      return "unauthorized: device token mismatch (rotate/reissue device token)";
    case "scope_mismatch":
      return "unauthorized: device token scope mismatch (re-pair or approve scope upgrade)";
    case "rate_limited":
      return "unauthorized: too many failed authentication attempts (retry later)";
  }
}

function hint(secret: "token" | "password", client: ClientInfo): string {
  if (client.mode === "cli") return `set gateway.remote.${secret} to match gateway.auth.${secret}`;
  if (isControlUi(client) || isWebChat(client)) {
    return secret === "token"
      ? "open the dashboard URL and paste the token in Control UI settings"
      : "enter the password in Control UI settings";
  }
  return `provide gateway auth ${secret}`;
}

function nextStep(reason: AuthReason): string {
  switch (reason) {
    case "token_missing":
    case "password_missing":
    case "token_missing_config":
    case "password_missing_config":
      return "update_auth_configuration";
    case "token_mismatch":
    case "password_mismatch":
    case "device_token_mismatch":
      return "update_auth_credentials";
    case "scope_mismatch":
      return "review_auth_configuration";
    case "rate_limited":
      return "wait_then_retry";
  }
}
