export type { ExternalLogin, ExternalLoginOptions } from "./credentials/external-logins.ts";
export { readClaudeCodeLogin, readCodexLogin } from "./credentials/external-logins.ts";
export { listenForCallback } from "./credentials/oauth/callback-server.ts";
export type { OAuthErrorCode } from "./credentials/oauth/oauth-error.ts";
export { OAuthError } from "./credentials/oauth/oauth-error.ts";
export { builtinProviderAuths } from "./credentials/oauth/provider-auths.ts";
