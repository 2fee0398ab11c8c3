import { isPlainObject } from "../plain-value.ts";

/** Something in a value that its JSON Schema does not allow. */
export interface SchemaProblem {
  /** Dotted path below the checked value; empty for the value itself. */
  path: string;
  message: string;
}

type Report = (path: string, message: string) => void;
type Schema = Record<string, unknown>;
type Keyword = (schema: Schema, value: unknown, at: Place) => void;

interface Place {
  path: string;
  root: unknown;
  /** Schemas passed on the way; a schema that refers to itself without descending into the value ends here. */
  depth: number;
  report: Report;
}

const maxDepth = 100;

const below = (at: Place, key: string | number): Place => ({
  ...at,
  path: at.path === "" ? String(key) : `${at.path}.${key}`,
});

function sameJson(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isPlainObject(left) || !isPlainObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  );
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isPlainObject(value);
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

const isNumber = (value: unknown): value is number => typeof value === "number";
const isText = (value: unknown): value is string => typeof value === "string";
const asSchemas = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const asMap = (value: unknown): Schema => (isPlainObject(value) ? value : {});

function matches(schema: unknown, value: unknown, at: Place): boolean {
  let passed = true;
  visit(schema, value, { ...at, report: () => (passed = false) });
  return passed;
}

function compile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Compiles a pattern of a foreign schema, with the Unicode rules unless it uses escapes they refuse. A pattern that
 * this engine does not understand at all constrains nothing.
 */
function patternOf(source: string): RegExp | undefined {
  return compile(source, "u") ?? compile(source, "");
}

function checkType(schema: Schema, value: unknown, at: Place): void {
  if (schema.type !== undefined) {
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    if (!types.some((type) => isOfType(value, type))) at.report(at.path, `must be ${types.join(",")}`);
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((allowed) => sameJson(allowed, value))) {
    at.report(
      at.path,
      `must be equal to one of the allowed values: ${schema.enum.map((v) => JSON.stringify(v)).join(", ")}`,
    );
  }
  if (Object.hasOwn(schema, "const") && !sameJson(schema.const, value)) {
    at.report(at.path, `must be equal to constant ${JSON.stringify(schema.const)}`);
  }
}

function checkNumber(schema: Schema, value: unknown, at: Place): void {
  if (!isNumber(value)) return;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (isNumber(minimum) && value < minimum) at.report(at.path, `must be >= ${minimum}`);
  if (isNumber(maximum) && value > maximum) at.report(at.path, `must be <= ${maximum}`);
  if (isNumber(exclusiveMinimum) && value <= exclusiveMinimum) at.report(at.path, `must be > ${exclusiveMinimum}`);
  if (isNumber(exclusiveMaximum) && value >= exclusiveMaximum) at.report(at.path, `must be < ${exclusiveMaximum}`);
  if (isNumber(multipleOf) && multipleOf > 0 && !Number.isInteger(value / multipleOf)) {
    at.report(at.path, `must be multiple of ${multipleOf}`);
  }
}

function checkText(schema: Schema, value: unknown, at: Place): void {
  if (!isText(value)) return;
  const { minLength, maxLength, pattern } = schema;
  const length = isNumber(minLength) || isNumber(maxLength) ? [...value].length : 0;
  if (isNumber(minLength) && length < minLength) at.report(at.path, `must NOT have fewer than ${minLength} characters`);
  if (isNumber(maxLength) && length > maxLength) at.report(at.path, `must NOT have more than ${maxLength} characters`);
  if (isText(pattern) && patternOf(pattern)?.test(value) === false) {
    at.report(at.path, `must match pattern "${pattern}"`);
  }
}

function checkList(schema: Schema, value: unknown, at: Place): void {
  if (!Array.isArray(value)) return;
  const { minItems, maxItems, uniqueItems, items, additionalItems, contains } = schema;
  if (isNumber(minItems) && value.length < minItems) at.report(at.path, `must NOT have fewer than ${minItems} items`);
  if (isNumber(maxItems) && value.length > maxItems) at.report(at.path, `must NOT have more than ${maxItems} items`);
  if (uniqueItems === true && value.some((item, i) => value.findIndex((other) => sameJson(other, item)) < i)) {
    at.report(at.path, "must NOT have duplicate items");
  }
  if (contains !== undefined && !value.some((item) => matches(contains, item, at))) {
    at.report(at.path, "must contain at least 1 valid item(s)");
  }
  const tuple = Array.isArray(items) ? items : asSchemas(schema.prefixItems);
  const rest = Array.isArray(items) ? additionalItems : items;
  for (const [index, item] of value.entries()) {
    const own = index < tuple.length ? tuple[index] : rest;
    if (own !== undefined) visit(own, item, below(at, index));
  }
}

function checkKeys(schema: Schema, value: unknown, at: Place): void {
  if (!isPlainObject(value)) return;
  const keys = Object.keys(value);
  const { minProperties, maxProperties, required, propertyNames, additionalProperties } = schema;
  if (isNumber(minProperties) && keys.length < minProperties) {
    at.report(at.path, `must NOT have fewer than ${minProperties} properties`);
  }
  if (isNumber(maxProperties) && keys.length > maxProperties) {
    at.report(at.path, `must NOT have more than ${maxProperties} properties`);
  }
  for (const key of asSchemas(required)) {
    if (isText(key) && !Object.hasOwn(value, key)) at.report(at.path, `must have required property '${key}'`);
  }
  checkDependencies(schema, value, at);
  const properties = asMap(schema.properties);
  const patterns = Object.entries(asMap(schema.patternProperties)).map(([source, own]) => ({
    pattern: patternOf(source),
    own,
  }));
  for (const key of keys) {
    if (propertyNames !== undefined && !matches(propertyNames, key, at)) {
      at.report(at.path, `property name must be valid: "${key}"`);
    }
    const applying = patterns.filter(({ pattern }) => pattern?.test(key)).map(({ own }) => own);
    if (Object.hasOwn(properties, key)) applying.push(properties[key]);
    if (applying.length === 0) {
      if (additionalProperties === false) at.report(at.path, `must NOT have additional properties: "${key}"`);
      else if (additionalProperties !== undefined) applying.push(additionalProperties);
    }
    for (const own of applying) visit(own, value[key], below(at, key));
  }
}

function checkDependencies(schema: Schema, value: Record<string, unknown>, at: Place): void {
  const dependencies = { ...asMap(schema.dependencies), ...asMap(schema.dependentRequired) };
  for (const [key, dependency] of Object.entries({ ...dependencies, ...asMap(schema.dependentSchemas) })) {
    if (!Object.hasOwn(value, key)) continue;
    if (!Array.isArray(dependency)) {
      visit(dependency, value, at);
      continue;
    }
    for (const needed of dependency) {
      if (!isText(needed) || Object.hasOwn(value, needed)) continue;
      at.report(at.path, `must have property ${needed} when property ${key} is present`);
    }
  }
}

function checkCombinations(schema: Schema, value: unknown, at: Place): void {
  for (const part of asSchemas(schema.allOf)) visit(part, value, at);
  if (Array.isArray(schema.anyOf) && !schema.anyOf.some((part) => matches(part, value, at))) {
    at.report(at.path, "must match a schema in anyOf");
  }
  if (Array.isArray(schema.oneOf) && schema.oneOf.filter((part) => matches(part, value, at)).length !== 1) {
    at.report(at.path, "must match exactly one schema in oneOf");
  }
  if (schema.not !== undefined && matches(schema.not, value, at)) at.report(at.path, "must NOT be valid");
  if (schema.if !== undefined) {
    const branch = matches(schema.if, value, at) ? schema.then : schema.else;
    if (branch !== undefined) visit(branch, value, at);
  }
}

/** Follows a reference within the same document; one that leads out of it constrains nothing. */
function resolveReference(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return true;
  let current: unknown = root;
  for (const step of reference.slice(1).split("/").filter(Boolean)) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(current)) current = current[Number(key)];
    else if (isPlainObject(current) && Object.hasOwn(current, key)) current = current[key];
    else return true;
  }
  return current;
}

const keywords: readonly Keyword[] = [checkType, checkNumber, checkText, checkList, checkKeys, checkCombinations];

function visit(schema: unknown, value: unknown, from: Place): void {
  if (schema === false) {
    from.report(from.path, "boolean schema is false");
    return;
  }
  if (!isPlainObject(schema) || from.depth > maxDepth) return;
  const at = { ...from, depth: from.depth + 1 };
  if (isText(schema.$ref)) visit(resolveReference(at.root, schema.$ref), value, at);
  for (const keyword of keywords) keyword(schema, value, at);
}

/**
 * Checks a value against a JSON Schema (draft 7 and the common parts of its successors) as plugins ship them. Keywords
 * it does not know constrain nothing, `format` among them. The messages begin as those of the validator plugin authors
 * know (Ajv) and name the value that was expected.
 * @returns every problem, not only the first
 */
export function checkAgainstSchema(schema: object, value: unknown): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  visit(schema, value, {
    path: "",
    root: schema,
    depth: 0,
    report: (path, message) => problems.push({ path, message }),
  });
  return problems;
}
