import type { IncomingMessage } from "node:http";
import { type AuthLimiter, checkOrigin, requestOrigin, secretsEqual } from "@openclaw/net";
import type { GatewayAuth } from "../ws/authenticate.ts";

/** Whether a request may use the Gateway; `retryAfterMs` is set while its sender is locked out. */
export type HttpVerdict = { ok: true } | { ok: false; retryAfterMs?: number };

/** Checks the requests of programs: the Gateway's token or password as a bearer token, from any address. */
export interface HttpAuth {
  check(request: IncomingMessage): HttpVerdict;
  /** The same, and the user of the tailnet whom Tailscale itself confirms, where such need no secret. */
  identify(request: IncomingMessage): Promise<HttpVerdict>;
}

/** One for all HTTP of a Gateway. Wrong secrets count towards the same lockout as those of WebSocket clients. */
export function createHttpAuth(options: {
  auth: GatewayAuth;
  limiter: AuthLimiter;
  trustedProxies: readonly string[];
  /** Origins of pages that may act for their user. */
  allowedOrigins: readonly string[];
  /** The user Tailscale confirms for a request; absent where that is not enough. */
  tailscaleLogin?: ((request: IncomingMessage) => Promise<string | undefined>) | undefined;
}): HttpAuth {
  const { auth, limiter, trustedProxies, allowedOrigins, tailscaleLogin } = options;
  const secret = auth.mode === "token" ? auth.token : auth.password;
  /** A page of another site would act for the user of the browser, who is known by no secret here. */
  const mayBeForged = ({ headers: { origin, host } }: IncomingMessage) =>
    origin !== undefined && !checkOrigin({ origin, host, allowedOrigins }).ok;

  return {
    async identify(request) {
      const verdict = this.check(request);
      if (verdict.ok || tailscaleLogin === undefined || request.headers.authorization !== undefined) return verdict;
      if (mayBeForged(request)) return verdict;
      return (await tailscaleLogin(request)) === undefined ? verdict : { ok: true };
    },
    check({ headers, socket }) {
      const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim();
      if (!secret || !given) return { ok: false };
      const { clientAddress } = requestOrigin({ remoteAddress: socket.remoteAddress, headers }, trustedProxies);
      const attempt = { address: clientAddress, credential: "shared-secret", origin: headers.origin } as const;
      const verdict = limiter.check(attempt);
      if (!verdict.allowed) return { ok: false, retryAfterMs: verdict.retryAfterMs };
      if (secretsEqual(given, secret)) {
        limiter.succeeded(attempt);
        return { ok: true };
      }
      limiter.failed(attempt);
      return { ok: false };
    },
  };
}
