import { z } from "zod";
import { flag, integer, nonEmpty, open, text, textOrNull, timestamp } from "./fields.ts";
import { once } from "./once.ts";

export const execDecisions = ["allow-once", "allow-always", "deny"] as const;
export type ExecDecision = (typeof execDecisions)[number];

/** A decision, or `null` when the request expired. */
export const execDecision = once(() => z.enum(execDecisions).nullable());

/** Pending request in `exec.approval.requested`. */
export const execApprovalRequest = once(() =>
  open({
    id: nonEmpty(),
    request: open({
      command: textOrNull(),
      cwd: textOrNull(),
      host: textOrNull(),
      security: textOrNull(),
      ask: textOrNull(),
      agentId: textOrNull(),
      resolvedPath: textOrNull(),
      sessionKey: textOrNull(),
    }),
    createdAtMs: timestamp(),
    expiresAtMs: timestamp(),
  }),
);
export type ExecApprovalRequest = z.output<ReturnType<typeof execApprovalRequest>>;

const policy = once(() => ({
  security: text().optional(),
  ask: text().optional(),
  askFallback: text().optional(),
  autoAllowSkills: flag().optional(),
}));

/** The exec approvals file as clients edit it. */
export const execApprovalsFile = once(() =>
  z.strictObject({
    version: z.literal(1),
    socket: z.strictObject({ path: text().optional(), token: text().optional() }).optional(),
    defaults: z.strictObject(policy()).optional(),
    agents: z
      .record(
        z.string(),
        z.strictObject({
          ...policy(),
          allowlist: z
            .array(
              z.strictObject({
                id: nonEmpty().optional(),
                pattern: text(),
                lastUsedAt: integer(0).optional(),
                lastUsedCommand: text().optional(),
                lastResolvedPath: text().optional(),
              }),
            )
            .optional(),
        }),
      )
      .optional(),
  }),
);
/** The same file as a Gateway answers it: without the socket's token, with whatever else it holds. */
export const storedExecApprovalsFile = once(() => {
  const entry = open({
    id: nonEmpty(),
    pattern: text(),
    lastUsedAt: integer(0).optional(),
    lastUsedCommand: text().optional(),
    lastResolvedPath: text().optional(),
  });
  return open({
    version: z.literal(1),
    socket: open({ path: text().optional() }).optional(),
    defaults: open(policy()).optional(),
    agents: z.record(z.string(), open({ ...policy(), allowlist: z.array(entry).optional() })).optional(),
  });
});
export type ExecApprovalsFile = z.output<ReturnType<typeof execApprovalsFile>>;
