import { type GatewayErrorShape, gatewayError } from "./errors.ts";
import { findMethod } from "./methods.ts";
import { type HeldScopes, holdsScope, type Role, type Scope } from "./scopes.ts";
import type { ProtocolVersion } from "./version.ts";

/** Who sent a request, and what the decision may depend on besides. */
export interface Caller {
  role: Role;
  scopes: HeldScopes;
  protocol: ProtocolVersion;
  /** The request's parameters as they came: on version 4 some methods need a wider scope for some of them. */
  params?: unknown;
  /** The scope a plugin declared for its method; without it a method that is not in the catalogue needs admin. */
  pluginScope?: Scope | undefined;
}

/** Decides whether `caller` may call the method `name`: `undefined` when it may, else the error to answer with. */
export function authorize(name: string, caller: Caller): GatewayErrorShape | undefined {
  const nodesOnly = findMethod(name, caller.protocol)?.scope === "node";
  if (nodesOnly !== (caller.role === "node")) {
    return gatewayError("INVALID_REQUEST", `unauthorized role: ${caller.role}`);
  }
  if (nodesOnly) return undefined;
  const needed = requiredScope(name, caller);
  return holdsScope(caller.scopes, needed) ? undefined : missingScope(needed, caller.protocol);
}

/** The operator scope the method `name` needs. */
export function requiredScope(name: string, caller: Pick<Caller, "protocol" | "params" | "pluginScope">): Scope {
  const declared = findMethod(name, caller.protocol)?.scope;
  if (declared === undefined || declared === "node") return caller.pluginScope ?? "operator.admin";
  const rule = typeof declared === "object" ? (caller.protocol === 4 ? declared.v4 : declared.v3) : declared;
  return typeof rule === "function" ? rule(caller.params) : rule;
}

/** The error for a caller without `scope`. */
export function missingScope(scope: Scope, protocol: ProtocolVersion): GatewayErrorShape {
  const message = `missing scope: ${scope}`;
  if (protocol === 3) return gatewayError("INVALID_REQUEST", message);
  return gatewayError("FORBIDDEN", message, {
    details: { code: "MISSING_SCOPE", missingScope: scope, requiredScopes: [scope] },
  });
}
