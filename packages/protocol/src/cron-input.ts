/*
 * `cron.add` and `cron.update` take more forms than they store: people and models leave out what follows from the
 * rest, write enumerations in other capitals and use older field names. These functions bring parameters into the form
 * of the schema and judge nothing; what they cannot repair is left for the schema to refuse.
 */

type Fields = Record<string, unknown>;

const turnOptions = ["model", "thinking", "timeoutSeconds", "allowUnsafeExternalContent"];
const olderDelivery = ["deliver", "channel", "to", "bestEffortDeliver"];

/** Parameters of `cron.add` in schema form, defaults filled in. */
export function normaliseCronAdd(params: unknown): unknown {
  const given = fields(params);
  if (given === undefined) return params;
  const job = normaliseJob(unwrap(given));
  job.wakeMode ??= "now";
  job.enabled ??= true;
  const schedule = fields(job.schedule);
  const payload = fields(job.payload);
  if (job.sessionTarget === undefined && payload?.kind !== undefined) {
    job.sessionTarget = payload.kind === "systemEvent" ? "main" : "isolated";
  }
  if (schedule?.kind === "at") job.deleteAfterRun ??= true;
  if (blank(job.name) && (schedule ?? payload) !== undefined) job.name = inferName(schedule, payload);
  if (job.sessionTarget === "isolated" && payload?.kind === "agentTurn" && job.delivery === undefined) {
    job.delivery = deliveryFrom(payload) ?? { mode: "announce" };
    job.payload = without(payload, olderDelivery);
  }
  return job;
}

/** Parameters of `cron.update` with the patch in schema form. */
export function normaliseCronUpdate(params: unknown): unknown {
  const given = fields(params);
  const patch = fields(given?.patch);
  return patch === undefined ? params : { ...given, patch: normaliseJob(unwrap(patch)) };
}

function normaliseJob(given: Fields): Fields {
  const job = without(given, ["isolation"]);
  if (typeof job.agentId === "string") set(job, "agentId", job.agentId.trim() || undefined);
  if (typeof job.name === "string") job.name = job.name.trim();
  if (typeof job.description === "string") set(job, "description", job.description.trim() || undefined);
  if (job.enabled === "true" || job.enabled === "false") job.enabled = job.enabled === "true";
  set(job, "sessionTarget", oneOf(job.sessionTarget, ["main", "isolated"]));
  set(job, "wakeMode", oneOf(job.wakeMode, ["now", "next-heartbeat"]));
  const schedule = fields(job.schedule);
  if (schedule) job.schedule = normaliseSchedule(schedule);
  const payload = fields(job.payload) ?? topLevelPayload(job);
  if (payload) job.payload = normalisePayload(payload, job);
  const delivery = fields(job.delivery);
  if (delivery) job.delivery = normaliseDelivery(delivery);
  return without(job, ["message", "text", "provider", ...turnOptions, ...olderDelivery]);
}

function normaliseSchedule(given: Fields): Fields {
  const schedule = without(given, ["atMs"]);
  if (schedule.at === undefined && given.atMs !== undefined) {
    const at = typeof given.atMs === "number" ? new Date(given.atMs) : undefined;
    schedule.at = at === undefined || Number.isNaN(at.getTime()) ? String(given.atMs) : at.toISOString();
  }
  schedule.kind =
    oneOf(schedule.kind, ["at", "every", "cron"]) ??
    schedule.kind ??
    (schedule.at !== undefined
      ? "at"
      : schedule.everyMs !== undefined
        ? "every"
        : schedule.expr !== undefined
          ? "cron"
          : undefined);
  return schedule;
}

function normalisePayload(given: Fields, job: Fields): Fields {
  const payload = without(given, []);
  payload.kind =
    oneOf(payload.kind, ["agentTurn", "systemEvent"]) ??
    payload.kind ??
    (!blank(payload.message) ? "agentTurn" : !blank(payload.text) ? "systemEvent" : undefined);
  if (payload.kind === "agentTurn") {
    for (const name of [...turnOptions, ...olderDelivery]) payload[name] ??= job[name];
    payload.channel ??= payload.provider ?? job.provider;
    for (const name of ["model", "thinking"]) if (blank(payload[name])) delete payload[name];
    const seconds = payload.timeoutSeconds;
    if (typeof seconds === "number") payload.timeoutSeconds = Math.max(1, Math.floor(seconds));
  }
  return without(payload, ["provider"]);
}

function topLevelPayload(job: Fields): Fields | undefined {
  if (!blank(job.message)) return { kind: "agentTurn", message: job.message };
  if (!blank(job.text)) return { kind: "systemEvent", text: job.text };
  return undefined;
}

function normaliseDelivery(given: Fields): Fields {
  const delivery = without(given, []);
  const mode = oneOf(delivery.mode, ["announce", "none", "deliver"]);
  delivery.mode = mode === "none" ? "none" : "announce";
  if (typeof delivery.channel === "string") delivery.channel = delivery.channel.trim().toLowerCase();
  if (typeof delivery.to === "string") delivery.to = delivery.to.trim();
  return delivery;
}

function deliveryFrom(payload: Fields): Fields | undefined {
  if (olderDelivery.every((name) => payload[name] === undefined)) return undefined;
  const delivery: Fields = { mode: payload.deliver === false ? "none" : "announce" };
  for (const name of ["channel", "to"]) if (!blank(payload[name])) delivery[name] = payload[name];
  if (payload.bestEffortDeliver !== undefined) delivery.bestEffort = payload.bestEffortDeliver;
  return delivery;
}

/** Longest name taken from a payload, in characters. */
const nameLength = 60;

function inferName(schedule: Fields | undefined, payload: Fields | undefined): string {
  const source = [payload?.message, payload?.text].find((value) => !blank(value));
  if (typeof source === "string") {
    const line = source.split("\n").find((candidate) => candidate.trim() !== "") ?? source;
    const name = line.trim();
    return name.length > nameLength ? `${name.slice(0, nameLength - 1)}…` : name;
  }
  switch (schedule?.kind) {
    case "cron":
      return `Cron: ${String(schedule.expr)}`;
    case "every":
      return `Every: ${String(schedule.everyMs)}ms`;
    case "at":
      return "One-shot";
    default:
      return "Cron job";
  }
}

function unwrap(given: Fields): Fields {
  return fields(given.data) ?? fields(given.job) ?? given;
}

function fields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function without(given: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && !names.includes(name)),
  );
}

function set(target: Fields, name: string, value: unknown): void {
  if (value === undefined) delete target[name];
  else target[name] = value;
}

function blank(value: unknown): boolean {
  return typeof value !== "string" || value.trim() === "";
}

function oneOf(value: unknown, allowed: readonly string[]): string | undefined {
  if (typeof value !== "string") return undefined;
  const wanted = value.trim().toLowerCase();
  return allowed.find((candidate) => candidate.toLowerCase() === wanted);
}
