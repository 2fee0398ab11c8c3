/** What one request is signed with, as an adapter sees it. */
export type RequestCredential =
  /** A server that wants no key. */
  | { readonly kind: "none" }
  /** A key the API kind has its own header for. */
  | {
      readonly kind: "api-key";
      readonly key: string;
      /** Where requests go instead of to the provider's address, without a slash at the end. */
      readonly baseUrl?: string;
    }
  /** An access token, which travels as `Authorization: Bearer` only. */
  | {
      readonly kind: "token";
      readonly token: string;
      /** Who the token speaks for, where the provider wants to be told. */
      readonly accountId?: string;
      readonly projectId?: string;
      /** Where requests with this token go, when the token says so itself. Without a slash at the end. */
      readonly baseUrl?: string;
    };

/**
 * Gives the credential of the next request. Asked before every request, so that a token that ran out is renewed in
 * between; answers at once when there is nothing to renew.
 */
export type CredentialSource = () => RequestCredential | Promise<RequestCredential>;
