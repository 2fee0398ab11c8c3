import type { Tool } from "@openclaw/plugin-sdk";

export const cronActions = ["status", "list", "add", "update", "remove", "run", "runs", "wake"] as const;
export const defaultTimeoutMs = 60_000;
export const mostContext = 10;

const parameters = {
  type: "object",
  properties: {
    action: { type: "string", enum: cronActions },
    includeDisabled: { type: "boolean", description: "list: also jobs that are switched off" },
    job: {
      type: "object",
      description:
        'add: { name?, schedule, payload, sessionTarget?, wakeMode?, delivery?, enabled? }. schedule: { kind: "at", at: ISO time } | { kind: "every", everyMs } | { kind: "cron", expr, tz? }. payload: { kind: "systemEvent", text } for the main session, or { kind: "agentTurn", message, model?, thinking?, timeoutSeconds? } for a session of its own.',
      additionalProperties: true,
    },
    jobId: { type: "string", description: "update, remove, run, runs: the job" },
    id: { type: "string", description: "same as jobId" },
    patch: { type: "object", description: "update: what changes", additionalProperties: true },
    text: { type: "string", description: "wake: what the main session is told" },
    mode: { type: "string", enum: ["now", "next-heartbeat"], description: "wake (default next-heartbeat)" },
    runMode: { type: "string", enum: ["due", "force"], description: "run (default force)" },
    contextMessages: {
      type: "integer",
      minimum: 0,
      maximum: mostContext,
      description: "add: so many of the last messages of this conversation stand below the text of a systemEvent",
    },
    gatewayUrl: { type: "string", description: "another Gateway" },
    gatewayToken: { type: "string", description: "its token" },
    timeoutMs: { type: "number", description: `limit of the request (default ${defaultTimeoutMs})` },
  },
  required: ["action"],
};

/** What models know of the `cron` tool. */
export const cronToolDefinition: Omit<Tool, "execute"> = {
  name: "cron",
  label: "Cron",
  description:
    "Manage scheduled jobs and reminders: status, list, add, update, remove, run, runs; wake tells the main session something. Write the text of a reminder so that it still makes sense when it fires, and say that it is a reminder.",
  parameters,
};
