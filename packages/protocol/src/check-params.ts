import type { CheckedParams, MethodContract } from "./contract.ts";
import { gatewayError } from "./errors.ts";
import { expectedValues, formatProblems } from "./problems.ts";
import type { ProtocolVersion } from "./version.ts";

/**
 * Parameters of version 4 that change what a request means. Where a method does not declare one of them it is refused
 * by name instead of being ignored.
 */
export const unsupportedParams = [
  "expectedSessionId",
  "expectedLeafEntryId",
  "expectedLifecycleRevision",
  "toolOverrides",
  "permissionMode",
  "worktree",
  "incognito",
] as const;
const unsupportedNames: ReadonlySet<string> = new Set(unsupportedParams);

/**
 * Checks a request's parameters as the connection's version demands and fills in defaults. Absent parameters and
 * `null` count as `{}`. The error is ready to be sent.
 */
export function checkParams<P, P4>(
  contract: MethodContract<P, unknown, unknown, P4, unknown>,
  raw: unknown,
  protocol: ProtocolVersion,
): CheckedParams<P | P4> {
  const given = raw ?? {};
  const schema = protocol === 4 ? contract.v4Params : contract.params;
  let value = contract.prepare ? contract.prepare(given) : given;
  if (protocol === 4 && !contract.open) {
    const screened = screen(value, schema);
    if (screened.unsupported !== undefined) {
      return { ok: false, error: gatewayError("INVALID_REQUEST", `unsupported parameter: ${screened.unsupported}`) };
    }
    value = screened.value;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, params: parsed.data };
  if (contract.refusal) return { ok: false, error: gatewayError("INVALID_REQUEST", contract.refusal(given)) };
  return { ok: false, error: invalidParams(contract.name, parsed.error, value) };
}

/** Finds an unsupported parameter that asks for something; one that asks for nothing (`false`, `null`) is dropped. */
function screen(value: unknown, schema: object): { value: unknown; unsupported?: string } {
  if (typeof value !== "object" || value === null) return { value };
  const idle: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    if (!unsupportedNames.has(name) || declares(schema, name)) continue;
    if (given !== false && given !== null) return { value, unsupported: name };
    idle.push(name);
  }
  if (idle.length === 0) return { value };
  return { value: Object.fromEntries(Object.entries(value).filter(([name]) => !idle.includes(name))) };
}

function declares(schema: object, name: string): boolean {
  return "shape" in schema && typeof schema.shape === "object" && schema.shape !== null && name in schema.shape;
}

/** The general error for parameters that do not fit the schema of `name`. */
export function invalidParams(
  name: string,
  error: Parameters<typeof formatProblems>[0],
  value: unknown,
): ReturnType<typeof gatewayError> {
  const expected = expectedValues(error);
  return gatewayError(
    "INVALID_REQUEST",
    `invalid ${name} params: ${formatProblems(error, value)}`,
    expected && { details: { expected } },
  );
}
