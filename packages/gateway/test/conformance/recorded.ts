import fs from "node:fs";
import path from "node:path";

export type Json = Record<string, unknown>;

/** One recorded exchange of a method. */
export interface RecordedCase {
  /** `v3/<file>: <name>` */
  id: string;
  name: string;
  method: string;
  /** Absent = operator with `operator.admin`. */
  as: string | undefined;
  params: unknown;
  /** The answers, in order, as response frames without ids. */
  answers: { ok: boolean; payload?: unknown; error?: Json }[];
  events: Json[] | undefined;
}

export type RecordedProtocol = 3 | 4;

const root = path.join(import.meta.dirname, "../../../protocol/test/fixtures/frames");

export function recordedFiles(protocol: RecordedProtocol): string[] {
  return fs
    .readdirSync(path.join(root, `v${protocol}`))
    .map((name) => path.basename(name, ".json"))
    .sort();
}

export function recordedCases(protocol: RecordedProtocol, file: string): RecordedCase[] {
  const content = readFile(protocol, file);
  return (content.cases as Json[]).map((raw) => {
    const request = (raw.request ?? {}) as Json;
    const name = String(raw.name);
    return {
      id: `v${protocol}/${file}: ${name}`,
      name,
      method: String(request.method ?? content.method ?? (name.startsWith("agent ") ? "agent" : "chat.send")),
      as: raw.as as string | undefined,
      params: request.params ?? raw.params ?? undefined,
      answers: answersOf(raw),
      events: raw.events as Json[] | undefined,
    };
  });
}

/** The exchanges of `handshake.json`. */
export function recordedHandshakes(
  protocol: RecordedProtocol,
): { id: string; name: string; exchange: Json[]; events: Json[] }[] {
  return (readFile(protocol, "handshake").cases as Json[]).map((raw) => ({
    id: `v${protocol}/handshake: ${String(raw.name)}`,
    name: String(raw.name),
    exchange: (raw.exchange ?? []) as Json[],
    events: (raw.operatorEvents ?? []) as Json[],
  }));
}

function answersOf(raw: Json): RecordedCase["answers"] {
  if (raw.responses) {
    return (raw.responses as Json[]).map((answer) =>
      "ok" in answer && "payload" in answer ? (answer as RecordedCase["answers"][0]) : { ok: true, payload: answer },
    );
  }
  if (raw.error)
    return [{ ok: false, error: raw.error as Json, ...("payload" in raw ? { payload: raw.payload } : {}) }];
  return [{ ok: true, payload: raw.response }];
}

function readFile(protocol: RecordedProtocol, file: string): Json {
  return JSON.parse(fs.readFileSync(path.join(root, `v${protocol}`, `${file}.json`), "utf8")) as Json;
}
