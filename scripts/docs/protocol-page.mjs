import { errorCodes, jsonSchema, scopes } from "../../packages/protocol/src/index.ts";
import { code, table } from "./markdown.mjs";
import { typeText } from "./schema-type.mjs";

/** `docs/reference/protocol.md`: every method and event, from the contracts the Gateway and its clients share. */
export function protocolPage() {
  const schema = jsonSchema();
  const { min, max } = schema["x-protocol"];
  const resolve = ({ $ref }) => schema.$defs[$ref.slice("#/$defs/".length)];
  const methods = Object.entries(schema["x-methods"]);
  const areas = new Map();
  for (const [name, entry] of methods) {
    const area = name.includes(".") ? name.slice(0, name.indexOf(".")) : "basics";
    areas.set(area, [...(areas.get(area) ?? []), [name, entry]]);
  }
  return [
    "# Protocol",
    `Versions ${min} to ${max}, JSON frames over one WebSocket. A client sends \`connect\` first; after that every ` +
      'request `{type: "req", id, method, params}` gets one response `{type: "res", id, ok, payload | error}`, and events ' +
      '`{type: "event", event, payload, seq?}` come in between. `hello-ok.features` lists the methods and events a Gateway ' +
      "serves; a method of this page that it does not list is answered with `unknown method`.",
    `Scopes: ${scopes.map(code).join(", ")}. \`operator.admin\` includes all others, \`operator.write\` includes \`operator.read\`.`,
    `Error codes: ${errorCodes.map(code).join(", ")}.`,
    "## Connecting",
    table(
      ["direction", "content"],
      [
        ["`connect` params", code(typeText(schema.$defs["connect.params"], 2))],
        ["its answer", code(typeText(schema.$defs["connect.result"], 2))],
      ],
    ),
    "## Methods",
    ...[...areas]
      .sort(([a], [b]) => (a === "basics" ? -1 : b === "basics" ? 1 : a < b ? -1 : 1))
      .flatMap(([area, list]) => [
        `### ${area}`,
        table(
          ["method", "scope", "parameters", "answer"],
          list.map(([name, entry]) => [
            code(name) + notes(entry),
            scopeText(entry.scope),
            [
              code(typeText(resolve(entry.params), 1)),
              entry.v4Params ? `version 4: ${code(typeText(resolve(entry.v4Params), 1))}` : "",
            ]
              .filter(Boolean)
              .join("; "),
            code(typeText(resolve(entry.result), 1)),
          ]),
        ),
      ]),
    "## Events",
    table(
      ["event", "scope", "payload"],
      Object.entries(schema["x-events"]).map(([name, entry]) => [
        code(name) + notes({ ...entry, advertised: true }),
        entry.scope === null ? "none" : scopeText(entry.scope),
        code(typeText(resolve(entry.payload), 1)),
      ]),
    ),
  ].join("\n\n");
}

function notes(entry) {
  const parts = [entry.protocol ? `version ${entry.protocol} only` : "", entry.advertised ? "" : "not announced"];
  const text = parts.filter(Boolean).join(", ");
  return text === "" ? "" : ` (${text})`;
}

function scopeText(scope) {
  return typeof scope === "object" ? `${scope.v3} (version 3), ${scope.v4} (version 4)` : scope;
}
