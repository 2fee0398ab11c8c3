import { z } from "zod";
import { method } from "../contract.ts";
import { count, done, flag, ignoredParams, integer, nonEmpty, open, text, texts } from "../fields.ts";

/** The program and the machine it runs on. */
export const operationMethods = {
  "system.info": method("system.info", {
    scope: "operator.read",
    only: 4,
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        version: text(),
        runtimeVersion: text(),
        pid: count(),
        platform: text(),
        arch: text(),
        hostname: text(),
        uptimeMs: count(),
        cpus: count(),
        /** Bytes. */
        memory: open({ total: count(), free: count(), rss: count() }),
        stateDir: text(),
        configPath: text(),
      }),
  }),
  "models.authStatus": method("models.authStatus", {
    scope: "operator.read",
    only: 4,
    open: true,
    params: () => open({ agentId: nonEmpty().optional() }),
    result: () =>
      open({
        agentId: text(),
        ts: count(),
        providers: z.array(
          open({
            provider: nonEmpty(),
            /** The worst of what could be used. */
            status: z.enum(["ok", "static", "expiring", "expired", "missing"]),
            profiles: z.array(
              open({ id: nonEmpty(), type: text(), status: text(), masked: text(), expiresAt: count().optional() }),
            ),
            key: open({ source: text(), masked: text() }).optional(),
          }),
        ),
      }),
  }),
  /** Whether a restart would disturb anybody now. */
  "gateway.restart.preflight": method("gateway.restart.preflight", {
    scope: "operator.read",
    only: 4,
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        safe: flag(),
        counts: open({ activeRuns: count(), queuedMessages: count(), pendingApprovals: count() }),
        blockers: texts(),
        summary: text(),
      }),
  }),
  "gateway.restart.request": method("gateway.restart.request", {
    scope: "operator.admin",
    only: 4,
    params: () =>
      z.object({
        /** For the log, and for the session that is told. */
        reason: nonEmpty(),
        sessionKey: text().optional(),
        note: text().optional(),
        /** Milliseconds, at most a minute. */
        delayMs: integer(0).optional(),
        /** Refuse while work is under way. */
        onlyIfSafe: flag().optional(),
      }),
    result: () => done().extend({ delayMs: count(), reason: text() }),
  }),
};
