export type { ExternalLogin, ExternalLoginOptions } from "./credentials/external-logins.ts";
export { readClaudeCodeLogin, readCodexLogin } from "./credentials/external-logins.ts";
export { type LoginImportPlaces, offerLoginImports, withLoginImports } from "./credentials/login-imports.ts";
export { setupTokenProblem } from "./credentials/oauth/anthropic.ts";
export { listenForCallback } from "./credentials/oauth/callback-server.ts";
export type { OAuthErrorCode } from "./credentials/oauth/oauth-error.ts";
export { OAuthError } from "./credentials/oauth/oauth-error.ts";
export { builtinProviderAuths } from "./credentials/oauth/provider-auths.ts";
export { signInConfig } from "./credentials/sign-in-config.ts";
