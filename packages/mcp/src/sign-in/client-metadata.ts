import type { OAuthClientMetadata } from "@modelcontextprotocol/sdk/shared/auth.js";

/** As we introduce ourselves to authorization servers: a program on the user's machine, which has no secret. */
export function clientMetadata(redirectUrl: string, scope?: string): OAuthClientMetadata {
  return {
    client_name: "OpenClaw",
    redirect_uris: [redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    ...(scope === undefined ? {} : { scope }),
  };
}
