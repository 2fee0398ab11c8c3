import type { Validator } from "@cfworker/json-schema";
import type { Tool } from "@openclaw/plugin-sdk";

/** So many prepared schemas are kept; plugins may make up new ones without end. */
const maxSchemas = 500;

/** Checks arguments against the schemas of a set of tools. The validator is loaded at the first call. */
export interface ArgumentChecker {
  /** The arguments as the tool gets them, or a text that names what is wrong. */
  check(tool: Tool, args: Record<string, unknown>): Promise<{ args: Record<string, unknown> } | { problem: string }>;
}

export function createArgumentChecker(): ArgumentChecker {
  const validators = new WeakMap<object, Validator>();
  // Tools are made anew for every run, mostly with the same schemas as before.
  const bySchema = new Map<string, Validator>();
  const validatorFor = async (schema: object): Promise<Validator> => {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema);
    const validator = bySchema.get(text) ?? (await createValidator(schema));
    if (bySchema.size >= maxSchemas) bySchema.clear();
    bySchema.set(text, validator);
    validators.set(schema, validator);
    return validator;
  };
  return {
    async check(tool, given) {
      const args = adaptArguments(tool.parameters, given);
      for (const name of requiredNames(tool.parameters)) {
        if (args[name] === undefined || args[name] === null) return { problem: `${name} required` };
      }
      const validator = await validatorFor(tool.parameters);
      const { valid, errors } = validator.validate(args);
      if (valid) return { args };
      const deepest = errors.at(-1);
      const path = deepest?.instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".") || "arguments";
      return { problem: `Invalid argument ${path}: ${deepest?.error ?? "does not match the schema"}` };
    },
  };
}

async function createValidator(schema: object): Promise<Validator> {
  const { Validator } = await import("@cfworker/json-schema");
  return new Validator({ ...schema }, "2020-12");
}

/** Forgives what models commonly get wrong: numbers and lists written as strings, properties nobody asked for. */
function adaptArguments(schema: object, given: Record<string, unknown>): Record<string, unknown> {
  const properties = propertySchemas(schema);
  const closed = "additionalProperties" in schema && schema.additionalProperties === false;
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const property = properties[name];
    if (property === undefined) {
      if (!closed) args[name] = value;
    } else {
      args[name] = adaptValue(property, value);
    }
  }
  return args;
}

function adaptValue(schema: object, value: unknown): unknown {
  if (typeof value !== "string" || !("type" in schema)) return value;
  if ((schema.type === "number" || schema.type === "integer") && /^\s*-?\d+(\.\d+)?\s*$/.test(value))
    return Number(value);
  if (schema.type === "boolean" && (value === "true" || value === "false")) return value === "true";
  if (schema.type === "array" && "items" in schema && isObject(schema.items) && schema.items.type === "string")
    return [value];
  return value;
}

function propertySchemas(schema: object): Record<string, object> {
  const found: Record<string, object> = Object.create(null);
  if (!("properties" in schema) || !isObject(schema.properties)) return found;
  for (const [name, property] of Object.entries(schema.properties)) if (isObject(property)) found[name] = property;
  return found;
}

function requiredNames(schema: object): string[] {
  if (!("required" in schema) || !Array.isArray(schema.required)) return [];
  return schema.required.filter((name) => typeof name === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
