import { z } from "zod";

const wakeMode = z.enum(["now", "next-heartbeat"]);

/** What a webhook asks for. */
export const webhookAction = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("wake"), text: z.string(), mode: wakeMode }),
  z.object({
    kind: z.literal("agent"),
    message: z.string(),
    name: z.string(),
    /** Absent: one of its own. */
    sessionKey: z.string().optional(),
    wakeMode,
    deliver: z.boolean(),
    channel: z.string(),
    to: z.string().optional(),
    model: z.string().optional(),
    thinking: z.string().optional(),
    /** Seconds. */
    timeoutSeconds: z.number().optional(),
    /** The content is shown to the model as it is. */
    allowUnsafeExternalContent: z.boolean().optional(),
    source: z.enum(["email", "webhook"]).optional(),
    /** The same event a second time is not carried out again. */
    once: z.string().optional(),
  }),
]);
export type WebhookAction = z.output<typeof webhookAction>;
export type WakeAction = Extract<WebhookAction, { kind: "wake" }>;
export type AgentAction = Extract<WebhookAction, { kind: "agent" }>;
