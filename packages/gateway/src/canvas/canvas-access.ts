import crypto from "node:crypto";
import { secretsEqual } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";

/** How long a node's address may be used after it is gone, ms. */
const afterwardsMs = 10 * 60_000;
const prefix = "/__openclaw__/cap/";

/** The addresses under which nodes reach the canvas: each holds a secret of one connection. */
export interface CanvasAccess {
  /** A secret for a connection; it counts as long as that lasts, and ten minutes more. */
  mint(connectionId: string): string;
  disconnected(connectionId: string): void;
  allows(token: string): boolean;
}

export function createCanvasAccess(clock: Clock): CanvasAccess {
  const grants = new Map<string, { token: string; until: number }>();
  const dropOld = () => {
    for (const [id, { until }] of grants) if (until < clock.now()) grants.delete(id);
  };
  return {
    mint(connectionId) {
      dropOld();
      const token = crypto.randomBytes(32).toString("base64url");
      grants.set(connectionId, { token, until: Number.POSITIVE_INFINITY });
      return token;
    },
    disconnected(connectionId) {
      const grant = grants.get(connectionId);
      if (grant) grant.until = clock.now() + afterwardsMs;
    },
    allows(token) {
      dropOld();
      return [...grants.values()].some((grant) => secretsEqual(token, grant.token));
    },
  };
}

/** What a request for the canvas host is about. */
export interface CanvasTarget {
  area: "canvas" | "a2ui" | "ws";
  /** What follows `/__openclaw__/<area>`, still encoded; begins with a slash, or is empty. */
  rest: string;
  /** The secret the address holds. */
  token: string | undefined;
  /** What addresses on the page begin with, so that they hold the secret too. */
  base: string;
}

/** Reads an address; undefined when it is none of the canvas host's. */
export function canvasTarget(url: string): CanvasTarget | undefined {
  const [path = "", query = ""] = url.split("?", 2);
  let rest = path;
  let token: string | undefined;
  let base = "";
  if (path.startsWith(prefix)) {
    const end = path.indexOf("/", prefix.length);
    if (end < 0) return undefined;
    token = path.slice(prefix.length, end);
    base = path.slice(0, end);
    rest = path.slice(end);
  }
  const match = /^\/__openclaw__\/(canvas|a2ui|ws)(\/.*)?$/.exec(rest);
  if (!match) return undefined;
  const given = token ?? new URLSearchParams(query).get("oc_cap") ?? undefined;
  return { area: match[1] as CanvasTarget["area"], rest: match[2] ?? "", token: given, base };
}

/** The address with a node's secret. */
export function canvasUrl(origin: string, token: string): string {
  return `${origin}${prefix}${token}`;
}
