import { objectOf, type WireObject } from "./wire-value.ts";

type Schema = Record<string, unknown>;

/** How deep a schema is followed. What lies deeper takes any value; only circles go that deep. */
const maxDepth = 24;

/** Keywords Google's function declarations know. */
const googleKeywords = new Set([
  "type",
  "nullable",
  "description",
  "enum",
  "items",
  "properties",
  "required",
  "anyOf",
  "propertyOrdering",
]);

/**
 * A schema every provider takes for a tool: an object at its root, without a choice between objects there, which OpenAI
 * and Anthropic refuse. A schema that is one already is returned as it is.
 */
export function objectSchema(schema: unknown): WireObject {
  const root = objectOf(schema) ?? {};
  const choices = alternatives(root);
  if (choices.length === 0) return root.type === "object" && objectOf(root.properties) ? root : asObject(root);
  return mergeObjects(root, choices);
}

/** {@link objectSchema} in the part of JSON Schema Google's API takes; other keywords make it refuse the whole request. */
export function googleSchema(schema: unknown): WireObject {
  const root = objectOf(schema) ?? {};
  return clean(objectSchema(root), objectOf(root.$defs) ?? objectOf(root.definitions) ?? {}, 0);
}

function asObject(root: WireObject): WireObject {
  return { ...root, type: "object", properties: objectOf(root.properties) ?? {} };
}

function alternatives(schema: WireObject): WireObject[] {
  for (const name of ["anyOf", "oneOf", "allOf"]) {
    const list = schema[name];
    if (Array.isArray(list)) return list.map((item) => objectOf(item) ?? {});
  }
  return [];
}

/** One object with the properties of all; required is what every one of them requires (of `allOf`, what any does). */
function mergeObjects(root: WireObject, choices: readonly WireObject[]): WireObject {
  const { anyOf: _, oneOf: __, allOf, ...rest } = root;
  const properties: Schema = { ...objectOf(root.properties) };
  for (const choice of choices) {
    for (const [name, property] of Object.entries(objectOf(choice.properties) ?? {})) {
      properties[name] = name in properties ? joinProperty(properties[name], property) : property;
    }
  }
  const lists = choices.map((choice) => texts(choice.required));
  const common = allOf
    ? lists.flat()
    : (lists[0] ?? []).filter((name) => lists.every((required) => required.includes(name)));
  const required = [...new Set([...texts(root.required), ...common])];
  return { ...rest, type: "object", properties, ...(required.length > 0 && { required }) };
}

/** Two forms of one property: their values together when both list theirs, else the first. */
function joinProperty(first: unknown, second: unknown): unknown {
  const values = [...literals(objectOf(first)), ...literals(objectOf(second))];
  const listed = literals(objectOf(first)).length > 0 && literals(objectOf(second)).length > 0;
  if (!listed) return first;
  const { const: _, ...rest } = objectOf(first) ?? {};
  return { ...rest, enum: [...new Set(values)] };
}

function clean(schema: WireObject, definitions: WireObject, depth: number): Schema {
  if (depth > maxDepth) return {};
  const target = resolve(schema, definitions);
  const kept: Schema = {};
  const choices = alternatives(target).map((choice) => resolve(choice, definitions));
  const real = choices.filter((choice) => choice.type !== "null");
  if (choices.length > real.length) kept.nullable = true;
  const values = real.flatMap(literals);
  if (real.length > 0 && real.every((choice) => literals(choice).length > 0)) {
    kept.type = "string";
    kept.enum = values.map(String);
  } else if (real.length === 1 || target.allOf) {
    for (const choice of real) Object.assign(kept, clean(choice, definitions, depth + 1));
  } else if (real.length > 1) {
    kept.anyOf = real.map((choice) => clean(choice, definitions, depth + 1));
  }
  for (const [name, value] of Object.entries(target)) {
    if (!googleKeywords.has(name) || name === "anyOf") continue;
    switch (name) {
      case "type": {
        const types = (Array.isArray(value) ? value : [value]).filter((type) => typeof type === "string");
        if (types.includes("null")) kept.nullable = true;
        kept.type = types.find((type) => type !== "null") ?? "string";
        break;
      }
      case "enum":
        // Values must be texts there.
        if (Array.isArray(value)) Object.assign(kept, { type: "string", enum: value.map(String) });
        break;
      case "items":
        kept.items = clean(objectOf(Array.isArray(value) ? value[0] : value) ?? {}, definitions, depth + 1);
        break;
      case "properties":
        kept.properties = Object.fromEntries(
          Object.entries(objectOf(value) ?? {}).map(([key, property]) => [
            key,
            clean(objectOf(property) ?? {}, definitions, depth + 1),
          ]),
        );
        break;
      default:
        kept[name] = value;
    }
  }
  if (target.const !== undefined) Object.assign(kept, { type: "string", enum: [String(target.const)] });
  const properties = objectOf(kept.properties);
  if (Array.isArray(kept.required)) {
    kept.required = properties ? texts(kept.required).filter((name) => name in properties) : [];
    if (texts(kept.required).length === 0) delete kept.required;
  }
  if (kept.type === "array" && kept.items === undefined) kept.items = { type: "string" };
  if (kept.enum !== undefined) kept.type = "string";
  return kept;
}

/** Puts a definition where it is named; what is said beside the name wins. */
function resolve(schema: WireObject, definitions: WireObject): WireObject {
  if (typeof schema.$ref !== "string") return schema;
  const { $ref, ...beside } = schema;
  const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  return { ...objectOf(definitions[name]), ...beside };
}

function literals(schema: WireObject | undefined): unknown[] {
  if (schema?.const !== undefined) return [schema.const];
  return Array.isArray(schema?.enum) ? schema.enum : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
