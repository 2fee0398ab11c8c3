import { textField, timeField } from "./wire-fields.ts";

/** A stored way to sign in to a provider. */
export type Credential = ApiKeyCredential | TokenCredential | OAuthCredential;

export interface ApiKeyCredential {
  readonly type: "api_key";
  readonly provider: string;
  readonly key: string;
  readonly email?: string;
  /** What the provider needs beside the key, such as `accountId` and `gatewayId`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A bearer token that nobody renews. */
export interface TokenCredential {
  readonly type: "token";
  readonly provider: string;
  readonly token: string;
  /** Milliseconds since the epoch; absent for one that does not run out. */
  readonly expires?: number;
  readonly email?: string;
}

/** An access token with what renews it. */
export interface OAuthCredential {
  readonly type: "oauth";
  readonly provider: string;
  readonly access: string;
  readonly refresh: string;
  /** When the access token runs out, milliseconds since the epoch. */
  readonly expires: number;
  readonly email?: string;
  readonly clientId?: string;
  readonly enterpriseUrl?: string;
  readonly projectId?: string;
  readonly accountId?: string;
}

export type CredentialType = Credential["type"];

/** Pasted secrets bring line ends along, which no header may have. */
export function cleanSecret(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, "").trim();
}

/** Reads one entry of `profiles`. Undefined for what is no credential this release knows. */
export function parseCredential(value: unknown): Credential | undefined {
  const provider = textField(value, "provider")?.trim();
  if (!provider) return undefined;
  const email = textField(value, "email");
  const base = { provider, ...(email && { email }) };
  switch (textField(value, "type")) {
    case "api_key": {
      const metadata = textMap(Reflect.get(Object(value), "metadata"));
      const key = cleanSecret(textField(value, "key") ?? "");
      return { ...base, type: "api_key", key, ...(metadata && { metadata }) };
    }
    case "token": {
      const expires = timeField(value, "expires");
      const token = cleanSecret(textField(value, "token") ?? "");
      return { ...base, type: "token", token, ...(expires !== undefined && { expires }) };
    }
    case "oauth":
      return {
        ...base,
        type: "oauth",
        access: cleanSecret(textField(value, "access") ?? ""),
        refresh: cleanSecret(textField(value, "refresh") ?? ""),
        expires: timeField(value, "expires") ?? 0,
        ...optionalTexts(value, ["clientId", "enterpriseUrl", "projectId", "accountId"]),
      };
    default:
      return undefined;
  }
}

/** The secret that is sent with requests; empty when there is none. */
export function secretOf(credential: Credential): string {
  switch (credential.type) {
    case "api_key":
      return credential.key;
    case "token":
      return credential.token;
    case "oauth":
      return credential.access;
  }
}

function optionalTexts<K extends string>(value: unknown, names: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const text = textField(value, name);
    if (text) found[name] = text;
  }
  return found;
}

function textMap(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
