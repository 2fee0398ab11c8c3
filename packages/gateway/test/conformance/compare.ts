import type { Json, RecordedCase } from "./recorded.ts";

/** Fields whose recorded value is a contract; of all others the type is. */
const exactFields = new Set(
  [
    "ok type event status state stream phase role kind mode decision code protocol deleted aborted exists valid",
    "stopReason summary isDefault defaultId defaultAgentId mainKey scope emit signal",
  ].flatMap((line) => line.split(" ")),
);

/** Where a recorded value and ours differ; nothing when ours has every recorded field with its type. */
export function differences(recorded: unknown, ours: unknown, at = ""): string[] {
  if (typeof recorded === "string" && /^<(?:features|snapshot)/.test(recorded)) {
    return typeof ours === "object" ? [] : [`${at}: ${typeName(ours)} instead of object`];
  }
  const expected = typeName(recorded);
  const actual = typeName(ours);
  if (actual === "undefined") return [`${at}: missing`];
  if (expected !== actual) return [`${at}: ${actual} instead of ${expected}`];
  if (Array.isArray(recorded) && Array.isArray(ours)) return listDifferences(recorded, ours, at);
  if (isObject(recorded) && isObject(ours)) {
    return Object.entries(recorded).flatMap(([name, value]) =>
      name === "…" ? [] : differences(value, ours[name], at === "" ? name : `${at}.${name}`),
    );
  }
  const field = at.split(/[.[]/).at(-1) ?? "";
  if (exactFields.has(field) && recorded !== ours && !isPlaceholder(recorded)) {
    return [`${at}: ${JSON.stringify(ours)} instead of ${JSON.stringify(recorded)}`];
  }
  return [];
}

function listDifferences(recorded: unknown[], ours: unknown[], at: string): string[] {
  const wanted = recorded.filter((item) => !(typeof item === "string" && item.startsWith("… ")));
  if (wanted.length > 0 && ours.length === 0) return [`${at}: empty`];
  // Lists differ in length from home to home; what both have is compared.
  return wanted.slice(0, ours.length).flatMap((item, index) => differences(item, ours[index], `${at}[${index}]`));
}

/** Fields ours has and the recording has not; an object the recording shortened is left out. */
export function additions(recorded: unknown, ours: unknown, at = ""): string[] {
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    return recorded.slice(0, ours.length).flatMap((item, index) => additions(item, ours[index], `${at}[${index}]`));
  }
  if (!isObject(recorded) || !isObject(ours) || "…" in recorded) return [];
  return Object.entries(ours).flatMap(([name, value]) => {
    const place = at === "" ? name : `${at}.${name}`;
    return name in recorded ? additions(recorded[name], value, place) : [place];
  });
}

/** Compares an answer: status, error code, error text up to its first detail, payload. */
export function answerDifferences(recorded: RecordedCase["answers"][0], ours: Json, at: string): string[] {
  const found = differences({ ok: recorded.ok }, ours, "").map((text) => `${at}.${text}`);
  if (recorded.error) {
    const error = (ours.error ?? {}) as Json;
    if (error.code !== recorded.error.code)
      found.push(`${at}.error.code: ${String(error.code)} instead of ${String(recorded.error.code)}`);
    if (firstProblem(error.message) !== firstProblem(recorded.error.message)) {
      found.push(`${at}.error.message: "${String(error.message)}" instead of "${String(recorded.error.message)}"`);
    }
    if (recorded.error.details)
      found.push(...differences(recorded.error.details, error.details, `${at}.error.details`));
  }
  if (recorded.payload !== undefined) found.push(...differences(recorded.payload, ours.payload, `${at}.payload`));
  return found;
}

/** The contract of a parameter error is its beginning: unions and the number of problems may be worded otherwise. */
function firstProblem(message: unknown): string {
  return (
    String(message)
      .replace(/<uuid>|[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>")
      .split("; ")[0] ?? ""
  );
}

/** What an event is, apart from its values: `agent lifecycle start`, `chat final`, `presence`. */
export function eventKind(frame: Json): string {
  const payload = (frame.payload ?? frame) as Json;
  const data = (payload.data ?? payload) as Json;
  const parts = [frame.event, payload.stream, frame.event === "chat" ? payload.state : undefined, data.phase];
  return parts.filter((part) => typeof part === "string").join(" ");
}

/**
 * The order of kinds for each run, runs in the order they appear: between runs none is promised. A stretch of streamed
 * text is one step, because how much of it each frame carries depends on timing.
 */
export function eventOrder(frames: readonly Json[]): string[][] {
  const runs = new Map<unknown, string[]>();
  for (const frame of frames) {
    const { runId } = (frame.payload ?? frame) as Json;
    const order = runs.get(runId) ?? [];
    runs.set(runId, order);
    const kind = eventKind(frame);
    const step = kind === "agent assistant" || kind === "chat delta" ? "text" : kind;
    if (step !== "text" || order.at(-1) !== "text") order.push(step);
  }
  return [...runs.values()];
}

/** Compares events: their order, and for each kind the fields of the first one. */
export function eventDifferences(recorded: readonly Json[], ours: readonly Json[]): string[] {
  const [wanted, found] = [recorded, ours].map((frames) =>
    eventOrder(frames)
      .map((order) => order.join(", "))
      .join(" | "),
  );
  const result: string[] = [];
  if (wanted !== found) result.push(`events: ${found} instead of ${wanted}`);
  for (const kind of new Set(recorded.map(eventKind))) {
    const [theirs, own] = [recorded, ours].map((frames) => frames.find((frame) => eventKind(frame) === kind));
    // Some recordings keep only what tells events apart.
    if (!theirs || !own || !("payload" in theirs)) continue;
    result.push(...differences(theirs.payload, own.payload, `event ${kind}.payload`));
  }
  return result;
}

/** Every place of a recording that holds something: of its answers as `payload.x`, of its events as `event <kind>.payload.x`. */
export function places(recorded: readonly RecordedCase[]): Set<string> {
  const found = new Set<string>();
  const collect = (value: unknown, at: string) => {
    if (Array.isArray(value)) for (const item of value) collect(item, `${at}[]`);
    else if (isObject(value)) for (const [name, child] of Object.entries(value)) collect(child, `${at}.${name}`);
    found.add(at);
  };
  for (const { answers, events } of recorded) {
    for (const answer of answers) collect(answer.payload, "payload");
    for (const frame of events ?? []) collect(frame.payload, `event ${eventKind(frame)}.payload`);
  }
  return found;
}

/** The place a difference names, without the number of the answer and the indexes of lists. */
export function placeOf(difference: string): string {
  return difference
    .replace(/: [^:]*$/, "")
    .replace(/^answer( \d+)?\./, "")
    .replace(/\[\d+\]/g, "[]");
}

function typeName(value: unknown): string {
  if (value === "<ts>" || value === "<n>" || value === "<seq>") return "number";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isPlaceholder(value: unknown): boolean {
  return typeof value === "string" && /<[^>]*>|^\(multiple\)$/.test(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
