import type { ClientId, ClientMode, ConnectParams } from "@openclaw/protocol";
import { signedPayload } from "@openclaw/protocol/wire";
import type { DeviceIdentity, DeviceTokenStore } from "./device-identity.ts";

/** What a client tells of itself. */
export interface ClientDescription {
  id: ClientId;
  version: string;
  platform: string;
  mode: ClientMode;
  displayName?: string;
  deviceFamily?: string;
  modelIdentifier?: string;
  instanceId?: string;
}

/** The shared secret, if this client has one. */
export interface GatewayCredentials {
  token?: string | undefined;
  password?: string | undefined;
}

/** What goes into a `connect` request. */
export interface ConnectSettings {
  client: ClientDescription;
  /** Read before every connection, so that new credentials take effect on the next attempt. */
  credentials?: (() => GatewayCredentials) | undefined;
  role?: "operator" | "node" | undefined;
  /** Default: `operator.admin` for operators, none for nodes. */
  scopes?: readonly string[] | undefined;
  caps?: readonly string[] | undefined;
  /** What a node lends: the commands it may be asked for, the permissions it has, the PATH of its programs. */
  commands?: readonly string[] | undefined;
  permissions?: Readonly<Record<string, boolean>> | undefined;
  pathEnv?: string | undefined;
  /** Inclusive range of protocol versions; default 3 to 4. */
  protocol?: { min: number; max: number } | undefined;
  /** Without it the shared secret alone must do. */
  identity?: DeviceIdentity | undefined;
  /** Keeps the tokens the Gateway gives to this device; a stored one is preferred to the shared token. */
  deviceTokens?: DeviceTokenStore | undefined;
  userAgent?: string | undefined;
  locale?: string | undefined;
}

export interface ConnectRequest {
  params: ConnectParams;
  /** The token is a stored device token. */
  usesDeviceToken: boolean;
}

/**
 * Builds the parameters of a `connect` request. The device signs payload v2 with a nonce and v1 without: Gateways of
 * both protocol versions accept these, v3 only the later ones.
 */
export async function connectRequest(
  settings: ConnectSettings,
  nonce: string | undefined,
  now: number,
): Promise<ConnectRequest> {
  const { identity, client } = settings;
  const role = settings.role ?? "operator";
  const scopes = [...(settings.scopes ?? (role === "operator" ? ["operator.admin"] : []))];
  const { token: shared, password } = settings.credentials?.() ?? {};
  const stored = identity && (await settings.deviceTokens?.get(identity.deviceId, role));
  const deviceToken = stored && scopes.every((scope) => stored.scopes.includes(scope)) ? stored.token : undefined;
  const token = deviceToken ?? shared;

  const device = identity && {
    id: identity.deviceId,
    publicKey: identity.publicKey,
    signature: await identity.sign(
      signedPayload(nonce === undefined ? "v1" : "v2", {
        deviceId: identity.deviceId,
        clientId: client.id,
        clientMode: client.mode,
        role,
        scopes,
        signedAtMs: now,
        token,
        nonce,
      }),
    ),
    signedAt: now,
    ...(nonce === undefined ? {} : { nonce }),
  };
  const auth = { ...(token ? { token } : {}), ...(password ? { password } : {}) };
  const { min, max } = settings.protocol ?? { min: 3, max: 4 };
  return {
    usesDeviceToken: deviceToken !== undefined,
    params: {
      minProtocol: min,
      maxProtocol: max,
      client,
      role,
      scopes,
      ...(settings.caps ? { caps: [...settings.caps] } : {}),
      ...(settings.commands ? { commands: [...settings.commands] } : {}),
      ...(settings.permissions ? { permissions: { ...settings.permissions } } : {}),
      ...(settings.pathEnv === undefined ? {} : { pathEnv: settings.pathEnv }),
      ...(Object.keys(auth).length > 0 ? { auth } : {}),
      ...(device ? { device } : {}),
      ...(settings.locale ? { locale: settings.locale } : {}),
      ...(settings.userAgent ? { userAgent: settings.userAgent } : {}),
    },
  };
}
