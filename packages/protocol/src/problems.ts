import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Problems named in one message; a caller that sends thousands of wrong properties does not get them all back. */
const problemLimit = 100;

/**
 * Describes why `value` was refused, in the wording clients of the protocol know: every problem, joined by `; `,
 * duplicates removed. One problem is `at <JSON pointer>: <text>`, without the location for the value itself, except
 * unknown properties, which are always located (`at root: unexpected property 'x'`). In each object the missing
 * properties come first, then the unknown ones, then what is wrong inside the others.
 *
 * `value` is what was parsed: only it tells a missing property from a wrong one.
 */
export function formatProblems(error: { issues: readonly Issue[] }, value: unknown): string {
  return joinProblems(describe(error.issues, [], value, false));
}

/** Joins problem texts into one message: duplicates removed, at most 100 of them. */
export function joinProblems(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  if (distinct.length <= problemLimit) return distinct.join("; ");
  return `${distinct.slice(0, problemLimit).join("; ")}; and ${distinct.length - problemLimit} more`;
}

/** The allowed values of every enumeration in `error`, by JSON pointer; the texts above do not name them. */
export function expectedValues(error: { issues: readonly Issue[] }): Record<string, unknown[]> | undefined {
  const expected: Record<string, unknown[]> = {};
  const visit = (issues: readonly Issue[], base: Path) => {
    for (const issue of issues) {
      const path = [...base, ...issue.path];
      if (issue.code === "invalid_value")
        expected[pointer(path)] = [...(expected[pointer(path)] ?? []), ...issue.values];
      if (issue.code === "invalid_union") for (const branch of issue.errors) visit(branch, path);
    }
  };
  visit(error.issues, []);
  return Object.keys(expected).length > 0 ? expected : undefined;
}

function describe(issues: readonly Issue[], at: Path, value: unknown, inUnion: boolean): string[] {
  const missing: string[] = [];
  const unexpected: string[] = [];
  const here: string[] = [];
  const inside = new Map<PropertyKey, Issue[]>();
  // Lengths are checked whatever has one: what is wrong with a value of the wrong type says nothing.
  const wrongType = issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0);
  for (const issue of issues) {
    const key = issue.path[0];
    if (key === undefined) {
      if (issue.code === "unrecognized_keys") {
        for (const name of issue.keys) unexpected.push(`at ${pointer(at) || "root"}: unexpected property '${name}'`);
      } else if (!wrongType || issue.code === "invalid_type") here.push(...describeHere(issue, at, value, inUnion));
    } else if (issue.path.length === 1 && isMissing(value, key)) {
      missing.push(located(at, `must have required property '${String(key)}'`));
    } else {
      const group = inside.get(key) ?? [];
      group.push({ ...issue, path: issue.path.slice(1) });
      inside.set(key, group);
    }
  }
  const nested = [...inside].flatMap(([key, group]) => describe(group, [...at, key], property(value, key), inUnion));
  return [...missing, ...unexpected, ...nested, ...here];
}

function describeHere(issue: Issue, at: Path, value: unknown, inUnion: boolean): string[] {
  switch (issue.code) {
    case "invalid_type":
      return [located(at, `must be ${typeName(issue)}`)];
    case "too_small":
      return [located(at, bound(issue.origin, issue.minimum, issue.inclusive !== false, "fewer", ">"))];
    case "too_big":
      return [located(at, bound(issue.origin, issue.maximum, issue.inclusive !== false, "more", "<"))];
    case "invalid_format":
      if (issue.format !== "regex" || issue.pattern === undefined) {
        return [located(at, `must match format "${issue.format}"`)];
      }
      return [located(at, `must match pattern "${issue.pattern.replace(/^\/|\/[a-z]*$/g, "")}"`)];
    case "invalid_value":
      // An enumeration was a union of constants in the schema these texts come from.
      return issue.values.length === 1 || inUnion
        ? [located(at, "must be equal to constant")]
        : noBranch(at, [located(at, "must be equal to constant")]);
    case "invalid_union":
      return noBranch(
        at,
        issue.errors.length === 0
          ? [located(at, "must be equal to constant")]
          : issue.errors.flatMap((branch) => describe(branch, at, value, true)),
      );
    case "unrecognized_keys":
      return issue.keys.map((name) => `at ${pointer(at) || "root"}: unexpected property '${name}'`);
    case "invalid_key":
      return [located(at, `property name ${joinProblems(describe(issue.issues, [], issue.path.at(-1), false))}`)];
    case "not_multiple_of":
      return [located(at, `must be multiple of ${issue.divisor}`)];
    case "invalid_element":
      return describe(issue.issues, at, value, inUnion);
    case "custom":
      return [located(at, issue.message)];
  }
}

function noBranch(at: Path, problems: string[]): string[] {
  return [...problems, located(at, "must match a schema in anyOf")];
}

function typeName(issue: { expected: string; message: string }): string {
  switch (issue.expected) {
    case "int":
      return "integer";
    case "record":
      return "object";
    case "number":
      // zod reports a string where an integer belongs as "expected number"; `integer()` names the real type.
      return issue.message === "must be integer" ? "integer" : "number";
    default:
      return issue.expected;
  }
}

function bound(
  origin: string,
  limit: number | bigint,
  inclusive: boolean,
  which: "fewer" | "more",
  sign: "<" | ">",
): string {
  switch (origin) {
    case "string":
      return `must NOT have ${which} than ${limit} characters`;
    case "array":
    case "set":
      return `must NOT have ${which} than ${limit} items`;
    case "object":
    case "map":
      return `must NOT have ${which} than ${limit} properties`;
    default:
      return `must be ${sign}${inclusive ? "=" : ""} ${limit}`;
  }
}

function located(at: Path, text: string): string {
  return at.length === 0 ? text : `at ${pointer(at)}: ${text}`;
}

/** JSON pointer (RFC 6901); empty for the value itself. */
function pointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function isMissing(container: unknown, key: PropertyKey): boolean {
  return (
    typeof container === "object" &&
    container !== null &&
    !Array.isArray(container) &&
    property(container, key) === undefined
  );
}

function property(container: unknown, key: PropertyKey): unknown {
  if (typeof container !== "object" || container === null || !Object.hasOwn(container, key)) return undefined;
  return Object.getOwnPropertyDescriptor(container, key)?.value;
}
