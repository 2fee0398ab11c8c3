import { z } from "zod";
import { method } from "../contract.ts";
import {
  execApprovalRequest,
  execApprovalsFile,
  execDecision,
  execDecisions,
  storedExecApprovalsFile,
} from "../exec-approval.ts";
import { anything, done, flag, integer, nonEmpty, noParams, open, text, textOrNull, timestamp } from "../fields.ts";
import { once } from "../once.ts";

/** The file as stored, without the socket's token. */
const stored = once(() =>
  open({
    path: text(),
    exists: flag(),
    hash: text(),
    file: storedExecApprovalsFile(),
    /** Version 4 only. */
    resolvedDefaults: open({
      security: text(),
      ask: text(),
      askFallback: text(),
      autoAllowSkills: flag(),
    }).optional(),
  }),
);

const context = once(() => textOrNull().optional());

export const execApprovalMethods = {
  "exec.approvals.get": method("exec.approvals.get", {
    scope: "operator.admin",
    params: noParams,
    result: stored,
  }),
  "exec.approvals.set": method("exec.approvals.set", {
    scope: "operator.admin",
    params: () => z.strictObject({ file: execApprovalsFile(), baseHash: nonEmpty().optional() }),
    result: stored,
  }),
  "exec.approvals.node.get": method("exec.approvals.node.get", {
    scope: "operator.admin",
    params: () => z.strictObject({ nodeId: nonEmpty() }),
    // The node's answer is passed on.
    result: anything,
  }),
  "exec.approvals.node.set": method("exec.approvals.node.set", {
    scope: "operator.admin",
    params: () => z.strictObject({ nodeId: nonEmpty(), file: execApprovalsFile(), baseHash: nonEmpty().optional() }),
    result: anything,
  }),
  "exec.approval.request": method("exec.approval.request", {
    scope: "operator.approvals",
    params: () =>
      z.strictObject({
        id: nonEmpty().optional(),
        command: nonEmpty(),
        cwd: context(),
        host: context(),
        security: context(),
        ask: context(),
        agentId: context(),
        resolvedPath: context(),
        sessionKey: context(),
        timeoutMs: integer(1).default(120_000),
      }),
    v4Params: (v3) =>
      v3.extend({
        command: nonEmpty().optional(),
        commandArgv: anything().optional(),
        systemRunPlan: anything().optional(),
        env: anything().optional(),
        nodeId: context(),
        warningText: context(),
        turnSourceChannel: anything().optional(),
        turnSourceTo: anything().optional(),
        turnSourceAccountId: anything().optional(),
        turnSourceThreadId: anything().optional(),
        twoPhase: flag().optional(),
      }),
    result: () =>
      open({
        id: nonEmpty(),
        decision: execDecision(),
        createdAtMs: timestamp(),
        expiresAtMs: timestamp(),
      }),
  }),
  "exec.approval.resolve": method("exec.approval.resolve", {
    scope: "operator.approvals",
    // Which decisions there are is answered by the owner: `invalid decision`.
    params: () => z.strictObject({ id: nonEmpty(), decision: nonEmpty() }),
    v4Params: (v3) => v3.extend({ reviewer: anything().optional(), grantExpiresInDays: anything().optional() }),
    result: done,
  }),
  /** What waits for a decision. */
  "exec.approval.list": method("exec.approval.list", {
    scope: "operator.approvals",
    only: 4,
    params: noParams,
    result: () => z.array(execApprovalRequest()),
  }),
  "exec.approval.get": method("exec.approval.get", {
    scope: "operator.approvals",
    only: 4,
    params: () => z.strictObject({ id: nonEmpty() }),
    result: () =>
      open({
        id: nonEmpty(),
        commandText: text(),
        allowedDecisions: z.array(z.enum(execDecisions)),
        host: textOrNull(),
        agentId: textOrNull(),
        expiresAtMs: timestamp(),
      }),
  }),
  /** The same for approvals of every kind. */
  "approval.get": method("approval.get", {
    scope: "operator.approvals",
    only: 4,
    params: () => z.object({ id: nonEmpty(), kind: text().optional() }),
    result: () =>
      open({
        id: nonEmpty(),
        kind: z.literal("exec"),
        commandText: text(),
        allowedDecisions: z.array(z.enum(execDecisions)),
        host: textOrNull(),
        agentId: textOrNull(),
        expiresAtMs: timestamp(),
      }),
  }),
  "approval.resolve": method("approval.resolve", {
    scope: "operator.approvals",
    only: 4,
    params: () => z.object({ id: nonEmpty(), kind: nonEmpty(), decision: nonEmpty() }),
    result: done,
  }),
  "exec.approval.waitDecision": method("exec.approval.waitDecision", {
    scope: "operator.approvals",
    only: 4,
    params: () => z.strictObject({ id: nonEmpty() }),
    result: () =>
      open({ id: nonEmpty(), decision: execDecision(), createdAtMs: timestamp(), expiresAtMs: timestamp() }),
  }),
};
