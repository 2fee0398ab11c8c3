/** Roles a connection can have. */
export const roles = ["operator", "node"] as const;
export type Role = (typeof roles)[number];

/** Scopes an operator connection can hold. The last three exist for clients of version 4. */
export const scopes = [
  "operator.read",
  "operator.write",
  "operator.admin",
  "operator.approvals",
  "operator.pairing",
  "operator.questions",
  "operator.talk",
  "operator.talk.secrets",
] as const;
export type Scope = (typeof scopes)[number];

/** The scopes of a connection. */
export type HeldScopes = readonly string[] | ReadonlySet<string>;

/** Whether the scopes a connection holds satisfy `needed`: admin satisfies all, write satisfies read and talk. */
export function holdsScope(held: HeldScopes, needed: Scope): boolean {
  const has = (scope: Scope) => ("has" in held ? held.has(scope) : held.includes(scope));
  if (has(needed) || has("operator.admin")) return true;
  return (needed === "operator.read" || needed === "operator.talk") && has("operator.write");
}
