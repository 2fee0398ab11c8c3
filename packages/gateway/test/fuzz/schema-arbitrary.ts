import fc from "fast-check";

type Schema = Record<string, unknown>;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown, fallback: number) => (typeof value === "number" ? value : fallback);
const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** Texts that mean something to a Gateway, or that have broken programs before. */
const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("main", "agent:main:main", "agent:main:secret", "main", "operator", "now", "off"),
  },
  fc.constantFrom("", " ", "../../etc/passwd", "__proto__", "constructor", "a\u0000b", "\ud800", "💥".repeat(200)),
  fc.constantFrom("2026-01-01", "telegram", "AGENTS.md", "fake/fake-1", "x".repeat(5000), "{", "null", "-1"),
  fc.string({ maxLength: 40 }),
);
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, ["main"], "main"),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that fit a JSON Schema, as far as its own words say; a tenth of the places hold something else. */
export function schemaArbitrary(
  schema: unknown,
  defs: Readonly<Record<string, unknown>>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const fitting = fittingValues(schema, defs, depth);
  return depth === 0 ? fitting : fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: anything });
}

function fittingValues(schema: unknown, defs: Readonly<Record<string, unknown>>, depth: number): fc.Arbitrary<unknown> {
  if (!isSchema(schema) || depth > 5) return anything;
  const reference = typeof schema.$ref === "string" ? schema.$ref.replace(/^#\/\$defs\//, "") : undefined;
  if (reference !== undefined) return fittingValues(defs[reference], defs, depth + 1);
  const choices = [...list(schema.anyOf), ...list(schema.oneOf)];
  if (choices.length > 0) return fc.oneof(...choices.map((choice) => fittingValues(choice, defs, depth + 1)));
  if ("const" in schema) return fc.constant(schema.const);
  const options = list(schema.enum);
  if (options.length > 0) return fc.constantFrom(...options);
  switch (schema.type) {
    case "object":
      return objects(schema, defs, depth);
    case "array":
      return fc.array(schemaArbitrary(schema.items, defs, depth + 1), {
        minLength: number(schema.minItems, 0),
        maxLength: Math.max(number(schema.minItems, 0), 3),
      });
    case "string":
      return texts;
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.oneof(
        fc.integer({ min: Math.max(number(schema.minimum, 0), -1000), max: Math.max(number(schema.minimum, 0), 2000) }),
        fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 53),
      );
    case "null":
      return fc.constant(null);
    default:
      return anything;
  }
}

function objects(schema: Schema, defs: Readonly<Record<string, unknown>>, depth: number): fc.Arbitrary<unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, schemaArbitrary(property, defs, depth + 1)]),
  );
  const requiredKeys = list(schema.required).filter((name) => typeof name === "string" && name in model) as string[];
  const known = fc.record(model, { requiredKeys });
  // One in twelve lacks what it needs, one in twelve has something that nobody knows.
  return fc.oneof(
    { weight: 10, arbitrary: known },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(known, fc.string(), anything).map(([own, name, value]) => ({ ...own, [name]: value })),
    },
  );
}
