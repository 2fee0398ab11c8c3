import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProtocolVersion } from "../src/index.ts";

type Json = Record<string, unknown>;

/** One exchange of a file of recorded frames. */
export interface RecordedCase {
  /** `<version>/<file>: <case>` */
  id: string;
  protocol: ProtocolVersion;
  method: string;
  /** Role and scopes of the caller, if not an operator with admin. */
  as: string | undefined;
  params: unknown[];
  results: unknown[];
  errors: { code: string; message: string; details?: unknown }[];
  events: Json[];
}

const root = join(import.meta.dirname, "fixtures", "frames");

/** Every recorded case that is about one method. */
export function recordedCases(protocol: ProtocolVersion): RecordedCase[] {
  return recordedFiles(protocol).flatMap(({ file, content }) => {
    if (file === "handshake" || file === "events") return [];
    return list(content.cases).map((raw) => readCase(raw, file, content, protocol));
  });
}

/** The exchanges of `handshake.json`: frames in both directions and closes. */
export function recordedHandshakes(protocol: ProtocolVersion): { name: string; exchange: Json[] }[] {
  const cases = list(read(protocol, "handshake").cases);
  return cases.map((raw) => ({ name: String(raw.name), exchange: list(raw.exchange) }));
}

/** All recorded event frames: those of the cases, of the handshakes and of `events.json`. */
export function recordedEvents(protocol: ProtocolVersion): { id: string; frame: Json }[] {
  const found: { id: string; frame: Json }[] = [];
  const visit = (value: unknown, id: string) => {
    if (typeof value !== "object" || value === null) return;
    if (isEvent(value)) found.push({ id: `${id} ${String(value.event)}`, frame: normalise(value) as Json });
    // What a node sends with `node.event` is a request, not an event frame.
    for (const [name, child] of Object.entries(value)) if (name !== "params") visit(child, id);
  };
  for (const { file, content } of recordedFiles(protocol)) visit(content, `v${protocol}/${file}`);
  return found;
}

/** Replaces placeholders by values of their type and takes out the marks of shortened lists and objects. */
export function normalise(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(typeof item === "string" && item.startsWith("…"))).map(normalise);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== "…")
        .map(([name, child]) => [name, normalise(child)]),
    );
  }
  if (value === "<ts>" || value === "<n>" || value === "<seq>") return 1_700_000_000_000;
  if (typeof value !== "string") return value;
  if (value.startsWith("<snapshot")) return firstSnapshot();
  if (value.startsWith("<features")) return { methods: ["health"], events: ["tick"], capabilities: [] };
  return value;
}

function readCase(raw: Json, file: string, content: Json, protocol: ProtocolVersion): RecordedCase {
  const request = record(raw.request);
  const given = request ? request.params : raw.params;
  const answers = list(raw.responses).map((answer) =>
    "ok" in answer && "payload" in answer ? answer : { payload: answer },
  );
  const results = [
    ...("response" in raw ? [raw.response] : []),
    ...answers.filter((answer) => answer.ok !== false).map((answer) => answer.payload),
  ];
  const errors = [raw.error, ...answers.map((answer) => answer.error)].filter((error) => error !== undefined);
  const method = request?.method ?? content.method ?? (file === "tool-call-turn" ? turnMethod(raw) : undefined);
  return {
    id: `v${protocol}/${file}: ${String(raw.name)}`,
    protocol,
    method: String(method),
    as: typeof raw.as === "string" ? raw.as : undefined,
    params: ("params" in raw || request ? (Array.isArray(given) ? given : [given]) : []).map(normalise),
    results: results.map(normalise),
    errors: errors as RecordedCase["errors"],
    events: list(raw.events),
  };
}

function turnMethod(raw: Json): string {
  return String(raw.name).startsWith("agent") ? "agent" : "chat.send";
}

function isEvent(value: object): value is Json {
  return "event" in value && typeof value.event === "string" && "payload" in value && !("cases" in value);
}

function firstSnapshot(): unknown {
  const exchange = recordedHandshakes(3)[0]?.exchange ?? [];
  const hello = record(record(exchange[2]?.s2c)?.payload);
  return normalise(hello?.snapshot);
}

function recordedFiles(protocol: ProtocolVersion): { file: string; content: Json }[] {
  return readdirSync(join(root, `v${protocol}`))
    .sort()
    .map((name) => name.replace(/\.json$/, ""))
    .map((file) => ({ file, content: read(protocol, file) }));
}

function read(protocol: ProtocolVersion, file: string): Json {
  return JSON.parse(readFileSync(join(root, `v${protocol}`, `${file}.json`), "utf8")) as Json;
}

export function record(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
