/** Versions of the text a device signs when it connects; independent of the protocol version. */
export type SignedPayloadVersion = "v1" | "v2" | "v3";

/** What a device vouches for. */
export interface SignedPayloadFields {
  deviceId: string;
  clientId: string;
  clientMode: string;
  /** The role after its default was filled in. */
  role: string;
  /** `scopes` exactly as sent, before any default. */
  scopes?: readonly string[] | undefined;
  signedAtMs: number;
  /** `signedToken(auth)`; never the password. */
  token?: string | undefined;
  /** Nonce of the `connect.challenge`; part of v2 and v3. */
  nonce?: string | undefined;
  /** `client.platform` and `client.deviceFamily`; part of v3. */
  platform?: string | undefined;
  deviceFamily?: string | undefined;
}

/** The UTF-8 text whose Ed25519 signature goes into `device.signature`: the fields joined with `|`. */
export function signedPayload(version: SignedPayloadVersion, fields: SignedPayloadFields): string {
  const parts = [
    version,
    fields.deviceId,
    fields.clientId,
    fields.clientMode,
    fields.role,
    (fields.scopes ?? []).join(","),
    String(fields.signedAtMs),
    fields.token ?? "",
  ];
  if (version !== "v1") parts.push(fields.nonce ?? "");
  if (version === "v3") parts.push(plain(fields.platform), plain(fields.deviceFamily));
  return parts.join("|");
}

/** The token that is signed: the first of the three that is set. */
export function signedToken(
  auth:
    | { token?: string | undefined; deviceToken?: string | undefined; bootstrapToken?: string | undefined }
    | undefined,
): string {
  return auth?.token || auth?.deviceToken || auth?.bootstrapToken || "";
}

/** Trimmed, with ASCII capitals lowered only: locale rules must not make two sides disagree. */
function plain(text: string | undefined): string {
  return (text ?? "").trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
