import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import { cronActions, cronToolDefinition, defaultTimeoutMs, mostContext } from "./cron-tool-definition.ts";
import { withRecentContext } from "./recent-context.ts";

/** Which Gateway is asked, where it is not this one, and for how long. */
export interface CronToolTarget {
  url?: string | undefined;
  token?: string | undefined;
  timeoutMs: number;
}

export interface CronToolOptions {
  agentId: string;
  /** The session of the run that uses the tool. */
  sessionKey: string;
  /** Asks a method of the Gateway. */
  call(method: string, params: unknown, target: CronToolTarget): Promise<unknown>;
  /** The last messages of the session, oldest first, without what tools said. */
  recent(limit: number): readonly { role: "user" | "assistant"; text: string }[];
}

/** Lets an agent manage the jobs of its Gateway, and wake its main session. */
export function createCronTool(options: CronToolOptions): Tool {
  return {
    ...cronToolDefinition,
    async execute(params) {
      const action = cronActions.find((name) => name === params.action);
      if (action === undefined)
        throw new Error(`Unknown action: ${String(params.action)}. Use one of: ${cronActions.join(", ")}.`);
      const target: CronToolTarget = {
        url: text(params.gatewayUrl),
        token: text(params.gatewayToken),
        timeoutMs: typeof params.timeoutMs === "number" && params.timeoutMs > 0 ? params.timeoutMs : defaultTimeoutMs,
      };
      const ask = async (method: string, given: object) => jsonResult(await options.call(method, given, target));
      const id = () => {
        const found = text(params.jobId) ?? text(params.id);
        if (found === undefined) throw new Error("jobId required (id accepted for backward compatibility)");
        return found;
      };
      switch (action) {
        case "status":
          return ask("cron.status", {});
        case "list":
          return ask("cron.list", { includeDisabled: params.includeDisabled === true });
        case "add":
          return ask("cron.add", jobOf(params, options));
        case "update": {
          const patch = record(params.patch);
          const jobId = id();
          if (patch === undefined) throw new Error("patch required");
          return ask("cron.update", { id: jobId, patch });
        }
        case "remove":
          return ask("cron.remove", { id: id() });
        case "run":
          return ask("cron.run", { id: id(), mode: params.runMode === "due" ? "due" : "force" });
        case "runs":
          return ask("cron.runs", { id: id() });
        case "wake": {
          const told = text(params.text);
          if (told === undefined) throw new Error("text required");
          return ask("wake", { mode: params.mode === "now" ? "now" : "next-heartbeat", text: told });
        }
        default: {
          const never: never = action;
          return never;
        }
      }
    },
  };
}

/** Keys of a job that models write beside `job` instead of into it. */
const jobKeys = [
  "name",
  "schedule",
  "sessionTarget",
  "wakeMode",
  "payload",
  "delivery",
  "enabled",
  "description",
  "deleteAfterRun",
  "agentId",
  "message",
  "text",
  "model",
  "thinking",
  "timeoutSeconds",
  "allowUnsafeExternalContent",
];

function jobOf(params: Readonly<Record<string, unknown>>, options: CronToolOptions): object {
  const given = record(params.job);
  const job = given !== undefined && Object.keys(given).length > 0 ? given : besideJob(params);
  if (job === undefined) throw new Error("job required");
  const named = { ...job, agentId: "agentId" in job ? job.agentId : options.agentId };
  return withContext(withTarget(named, options.sessionKey), params.contextMessages, options);
}

function besideJob(params: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const found = Object.fromEntries(jobKeys.flatMap((key) => (params[key] === undefined ? [] : [[key, params[key]]])));
  const says = ["schedule", "payload", "message", "text"].some((key) => found[key] !== undefined);
  return says ? found : undefined;
}

/** An answer that names no chat goes to the one the job was asked for in. */
function withTarget(job: Record<string, unknown>, sessionKey: string): Record<string, unknown> {
  const payload = record(job.payload);
  const isTurn =
    text(payload?.kind)?.toLowerCase() === "agentturn" || text(payload?.message ?? job.message) !== undefined;
  const delivery = record(job.delivery) ?? {};
  if (!isTurn || delivery.mode === "none" || text(delivery.to) !== undefined || text(delivery.channel) !== undefined) {
    return job;
  }
  const chat = chatOfKey(sessionKey);
  return chat === undefined ? job : { ...job, delivery: { mode: "announce", ...delivery, ...chat } };
}

function chatOfKey(sessionKey: string): { channel: string; to: string } | undefined {
  const match = /^agent:[^:]+:([^:]+):(?:dm|direct|group|channel):(.+?)(?::(?:thread|topic):.+)?$/i.exec(sessionKey);
  const [, channel, to] = match ?? [];
  if (channel === undefined || to === undefined || ["subagent", "acp", "cron", "hook"].includes(channel))
    return undefined;
  return { channel, to };
}

function withContext(
  job: Record<string, unknown>,
  wanted: unknown,
  { recent }: Pick<CronToolOptions, "recent">,
): Record<string, unknown> {
  const limit = typeof wanted === "number" ? Math.min(mostContext, Math.floor(wanted)) : 0;
  const payload = record(job.payload);
  const said = text(payload?.text);
  if (limit <= 0 || payload === undefined || said === undefined) return job;
  return { ...job, payload: { ...payload, text: withRecentContext(said, recent(limit)) } };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
