import { type AuthLimiter, checkOrigin, isLoopbackAddress, originNotAllowed } from "@openclaw/net";
import {
  type ConnectParams,
  connectParams,
  formatProblems,
  type GatewayErrorShape,
  isControlUi,
  isWebChat,
  negotiateProtocol,
  signedToken,
} from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import { readDeviceKey, verifyDeviceSignature } from "../pairing/device-signature.ts";
import type { DeviceClaim, DeviceStore, PairingNeed } from "../pairing/device-store.ts";
import type { DeviceToken, NodeClaim } from "../pairing/paired-device.ts";
import type { PairingEvents } from "../pairing/pairing-events.ts";
import { type AuthReason, checkSharedSecret, describeAuthFailure, type GatewayAuth } from "./authenticate.ts";
import type { ClientInfo, NodeDeclaration, ProtocolVersion, Remote, Session } from "./connection.ts";

/** How far a device's clock may be off, ms. */
const SIGNATURE_SKEW_MS = 10 * 60_000;

export interface HandshakeContext {
  auth: GatewayAuth;
  devices: DeviceStore;
  limiter: AuthLimiter;
  clock: Clock;
  allowedOrigins: readonly string[];
  /** The Control UI may log in with the secret alone over plain HTTP. */
  allowInsecureAuth: boolean;
  /** The Control UI's device block is ignored. */
  disableDeviceAuth: boolean;
  /** Told when a device waits for an approval, or was approved silently. */
  pairingEvents: Pick<PairingEvents, "requested" | "resolved">;
}

export type HandshakeResult =
  | { ok: true; session: Session; deviceToken?: DeviceToken | undefined; requestedScopes: string[] }
  | { ok: false; error: GatewayErrorShape; closeCode: number; closeReason: string };

/**
 * Decides about a `connect` request: the checks in the order of the protocol, the first failure ends it.
 * `params` are the request's raw parameters; the nonce is the one of this connection's challenge.
 */
export function handshake(params: unknown, nonce: string, remote: Remote, context: HandshakeContext): HandshakeResult {
  const parsed = connectParams.safeParse(params ?? {});
  if (!parsed.success)
    return refuse("INVALID_REQUEST", `invalid connect params: ${formatProblems(parsed.error, params)}`);
  const connect = parsed.data;
  const client: ClientInfo = connect.client;

  const negotiated = negotiateProtocol(connect);
  if (!negotiated.ok)
    return { ok: false, error: negotiated.error, closeCode: 1002, closeReason: negotiated.error.message };
  const { protocol } = negotiated;

  const role = connect.role ?? "operator";
  if (role !== "operator" && role !== "node") return refuse("INVALID_REQUEST", "invalid role");

  const controlUi = isControlUi(client);
  if (controlUi || isWebChat(client)) {
    if (!checkOrigin({ origin: remote.origin, host: remote.host, allowedOrigins: context.allowedOrigins }).ok) {
      return refuse("INVALID_REQUEST", originNotAllowed, {
        details: { code: "CONTROL_UI_ORIGIN_NOT_ALLOWED", reason: "origin not allowed" },
      });
    }
  }

  const attempt = (credential: "shared-secret" | "device-token") => ({
    address: remote.address,
    origin: remote.origin,
    credential,
  });
  const presented = {
    token: connect.auth?.token,
    password: connect.auth?.password,
    deviceToken: connect.auth?.deviceToken,
  };
  // A field of its own says that the shared secret is not being tried.
  const onlyDeviceToken = !!presented.deviceToken && !presented.token && !presented.password;
  const lock = context.limiter.check(attempt(onlyDeviceToken ? "device-token" : "shared-secret"));
  if (!lock.allowed) return rateLimited(client, protocol, context.auth.mode, lock.retryAfterMs);

  // An ignored device block counts as absent for everything below.
  const device = controlUi && context.disableDeviceAuth ? undefined : connect.device;
  const insecureBypass = controlUi && (context.allowInsecureAuth || context.disableDeviceAuth);
  if (controlUi && !device && !insecureBypass) {
    return refuse("INVALID_REQUEST", "control ui requires HTTPS or localhost (secure context)", {
      details: { code: "CONTROL_UI_DEVICE_IDENTITY_REQUIRED" },
    });
  }

  // Whom Tailscale vouches for needs no secret; a device does, to be told apart from others.
  const shared = checkSharedSecret(context.auth, presented, protocol);
  const failAuth = (reason: AuthReason, credential: "wrong" | "too-narrow" = "wrong") => {
    // Only wrong secrets count: a right one that does not reach far enough is no guess.
    if (credential === "wrong" && (reason === "token_mismatch" || reason === "password_mismatch"))
      context.limiter.failed(attempt("shared-secret"));
    const { message, details } = describeAuthFailure(reason, client, {
      protocol,
      mode: context.auth.mode,
      canRetryWithDeviceToken: !!device && !presented.deviceToken,
    });
    return refuse("INVALID_REQUEST", message, { details });
  };
  const requestedScopes = connect.scopes?.length ? [...connect.scopes] : role === "operator" ? ["operator.admin"] : [];
  const session = (method: Session["authMethod"], deviceId?: string): Session => ({
    protocol,
    role,
    scopes: new Set(requestedScopes),
    client,
    caps: new Set(connect.caps ?? []),
    deviceId,
    authMethod: method,
    ...(role === "node" ? { node: nodeDeclaration(connect) } : {}),
  });

  if (!device) {
    if (role === "node" || (!shared.ok && !presented.token && !presented.password)) {
      return refuse("NOT_PAIRED", "device identity required", { details: { code: "DEVICE_IDENTITY_REQUIRED" } });
    }
    if (!shared.ok) return failAuth(shared.reason);
    context.limiter.succeeded(attempt("shared-secret"));
    return { ok: true, session: session(shared.method), requestedScopes };
  }

  const refuseDevice = (message: string, code: string, reason: string) =>
    refuse("INVALID_REQUEST", message, { details: { code, reason } });
  const key = readDeviceKey(device.publicKey);
  if (key ? key.deviceId !== device.id : !/^[0-9a-f]{64}$/.test(device.id)) {
    return refuseDevice("device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch");
  }
  if (!key) return refuseDevice("device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch");
  if (Math.abs(context.clock.now() - device.signedAt) > SIGNATURE_SKEW_MS) {
    return refuseDevice("device signature expired", "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale");
  }
  const givenNonce = device.nonce?.trim();
  if (!givenNonce && !(remote.localDirect && protocol === 3)) {
    return refuseDevice("device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing");
  }
  if (givenNonce && givenNonce !== nonce) {
    return refuseDevice("device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch");
  }
  const signed = verifyDeviceSignature(key, device.signature, {
    deviceId: device.id,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes: connect.scopes ?? [],
    signedAtMs: device.signedAt,
    token: signedToken(connect.auth),
    nonce: givenNonce || undefined,
    platform: client.platform,
    deviceFamily: client.deviceFamily ?? "",
  });
  if (!signed) return refuseDevice("device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature");

  let method: Session["authMethod"];
  if (remote.tailscaleLogin !== undefined) {
    method = "tailscale";
  } else if (shared.ok) {
    context.limiter.succeeded(attempt("shared-secret"));
    method = shared.method;
  } else {
    const candidate = presented.deviceToken ?? presented.token;
    if (!candidate) return failAuth(shared.reason);
    const tokenLock = context.limiter.check(attempt("device-token"));
    if (!tokenLock.allowed) return rateLimited(client, protocol, context.auth.mode, tokenLock.retryAfterMs);
    const verdict = context.devices.verifyToken(device.id, role, candidate, requestedScopes);
    if (verdict === "scope-mismatch") return failAuth(protocol === 4 ? "scope_mismatch" : shared.reason, "too-narrow");
    if (verdict !== "ok") {
      context.limiter.failed(attempt("device-token"));
      if (presented.deviceToken && protocol === 4) return failAuth("device_token_mismatch");
      return failAuth(shared.reason);
    }
    context.limiter.succeeded(attempt("device-token"));
    method = "device-token";
  }

  const claim: DeviceClaim = {
    deviceId: device.id,
    publicKey: key.canonical,
    displayName: client.displayName,
    platform: client.platform,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes: requestedScopes,
    remoteIp: remote.localDirect || isLoopbackAddress(remote.address) ? undefined : remote.address,
    node: role === "node" ? nodeClaim(connect) : undefined,
  };
  const need = context.devices.needs(claim);
  if (need && insecureBypass && shared.ok) {
    // The secret lets this page in; it does not approve the device, so there is no token for it.
    return { ok: true, session: session(method, device.id), requestedScopes };
  }
  if (need) {
    const { request, created } = context.devices.request(claim, remote.localDirect);
    if (!remote.localDirect) {
      if (created) context.pairingEvents.requested(request);
      return pairingRequired(need, request.requestId, claim, context.devices, protocol);
    }
    context.devices.approve(request.requestId, "silent");
    context.pairingEvents.resolved(request, "approved");
  } else {
    context.devices.touch(claim);
  }
  const deviceToken = context.devices.ensureToken(device.id, role, requestedScopes);
  return { ok: true, session: session(method, device.id), deviceToken, requestedScopes };
}

function nodeDeclaration({ commands = [], permissions, pathEnv }: ConnectParams): NodeDeclaration {
  return { commands, permissions, pathEnv, subscriptions: new Set() };
}

function nodeClaim({ client, caps, commands }: ConnectParams): NodeClaim {
  const { version, deviceFamily, modelIdentifier } = client;
  return { version, deviceFamily, modelIdentifier, caps, commands };
}

function rateLimited(
  client: ClientInfo,
  protocol: ProtocolVersion,
  mode: "token" | "password",
  retryAfterMs: number,
): HandshakeResult {
  const { message, details } = describeAuthFailure("rate_limited", client, {
    protocol,
    mode,
    canRetryWithDeviceToken: false,
  });
  return refuse("INVALID_REQUEST", message, { details, retryAfterMs });
}

function pairingRequired(
  need: PairingNeed,
  requestId: string,
  claim: DeviceClaim,
  devices: DeviceStore,
  protocol: ProtocolVersion,
): HandshakeResult {
  const why = {
    "not-paired": "device is not approved yet",
    "role-upgrade": "device is asking for a higher role than currently approved",
    "scope-upgrade": "device is asking for more scopes than currently approved",
  }[need];
  const message = protocol === 4 ? `pairing required: ${why}` : "pairing required";
  const approved = devices.get(claim.deviceId);
  return {
    ok: false,
    error: {
      code: "NOT_PAIRED",
      message,
      details: {
        code: "PAIRING_REQUIRED",
        reason: need,
        requestId,
        deviceId: claim.deviceId,
        requestedRole: claim.role,
        requestedScopes: claim.scopes,
        ...(approved ? { approvedRoles: approved.roles, approvedScopes: approved.scopes } : {}),
        remediationHint: `approve it on the gateway host: openclaw devices approve ${requestId}`,
        recommendedNextStep: "wait_then_retry",
        pauseReconnect: false,
      },
    },
    closeCode: 1008,
    closeReason: protocol === 4 ? `${message} (requestId: ${requestId})` : message,
  };
}

function refuse(
  code: "INVALID_REQUEST" | "NOT_PAIRED",
  message: string,
  options: { closeCode?: number; details?: object; retryAfterMs?: number } = {},
): HandshakeResult {
  const { closeCode = 1008, details, retryAfterMs } = options;
  return {
    ok: false,
    error: {
      code,
      message,
      ...(details ? { details } : {}),
      ...(retryAfterMs === undefined ? {} : { retryable: true, retryAfterMs }),
    },
    closeCode,
    closeReason: message,
  };
}
