/** What the templates of a mapping may speak of. */
export interface TemplateFacts {
  payload: Readonly<Record<string, unknown>>;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** What follows the base in the path of the request. */
  path: string;
  /** ISO time. */
  now: string;
}

/**
 * Puts values into `{{expression}}`: `path`, `now`, `headers.<name>`, `query.<name>`, `payload.<path>` or a path into the
 * payload, with `.` and `[n]`. Only what an object holds itself can be reached; what is missing is empty, objects are JSON.
 */
export function renderTemplate(template: string, facts: TemplateFacts): string {
  return template.replace(/\{\{([^{}]*)\}\}/g, (_whole, expression: string) =>
    asText(factOf(expression.trim(), facts)),
  );
}

function factOf(expression: string, facts: TemplateFacts): unknown {
  if (expression === "path") return facts.path;
  if (expression === "now") return facts.now;
  const steps = stepsOf(expression);
  const [root, ...rest] = steps;
  switch (root) {
    case "headers":
      return reach(facts.headers, [rest.join(".").toLowerCase()]);
    case "query":
      return reach(facts.query, [rest.join(".")]);
    case "payload":
      return reach(facts.payload, rest);
    default:
      return reach(facts.payload, steps);
  }
}

/** `items[0].name` as `items`, `0`, `name`. */
function stepsOf(expression: string): string[] {
  return expression
    .replace(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "");
}

function reach(from: unknown, steps: readonly string[]): unknown {
  let value = from;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
