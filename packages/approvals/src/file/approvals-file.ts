import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type ExecAsk, type ExecSecurity, execAsks, execSecurities } from "../exec-rules.ts";

/** One program that may run without asking. */
export interface AllowlistEntry {
  id: string;
  /** Glob on the program's absolute path. */
  pattern: string;
  /** Milliseconds since the epoch. */
  lastUsedAt?: number | undefined;
  lastUsedCommand?: string | undefined;
  lastResolvedPath?: string | undefined;
  [field: string]: unknown;
}

export interface ApprovalsPolicy {
  security?: ExecSecurity | undefined;
  ask?: ExecAsk | undefined;
  /** What counts when nobody can be asked. */
  askFallback?: ExecSecurity | undefined;
  autoAllowSkills?: boolean | undefined;
  [field: string]: unknown;
}

export interface AgentApprovals extends ApprovalsPolicy {
  allowlist?: AllowlistEntry[] | undefined;
}

/** `exec-approvals.json`, version 1. Unknown fields are kept. */
export interface ApprovalsFile {
  version: 1;
  socket?: { path?: string | undefined; token?: string | undefined; [field: string]: unknown } | undefined;
  defaults?: ApprovalsPolicy | undefined;
  /** By agent id; `*` counts for all agents, after the agent's own. */
  agents?: Record<string, AgentApprovals> | undefined;
  [field: string]: unknown;
}

/** The content of an approvals file cannot be used. `message` says why, without quoting the content. */
export class ApprovalsFileError extends Error {
  override readonly name = "ApprovalsFileError";
  readonly code = "invalid-approvals-file";
}

/**
 * Reads the text of an approvals file. Older forms are brought into the present one: entries that are plain strings,
 * entries without an id, the agent `default`, which is `main` today.
 * @throws ApprovalsFileError
 */
export function parseApprovals(text: string): ApprovalsFile {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch {
    // The parser's message may quote the content, and with it the socket's token.
    throw new ApprovalsFileError("it is not valid JSON");
  }
  return readApprovals(value);
}

/** The same for content that was parsed before. */
export function readApprovals(value: unknown): ApprovalsFile {
  const parsed = fileSchema().safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ApprovalsFileError(`${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not valid"}`);
  }
  const { agents, ...rest } = parsed.data;
  return agents === undefined ? rest : { ...rest, agents: mergedAgents(agents) };
}

export function formatApprovals(file: ApprovalsFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function fileSchema() {
  const policy = {
    security: z.enum(execSecurities).optional(),
    ask: z.enum(execAsks).optional(),
    askFallback: z.enum(execSecurities).optional(),
    autoAllowSkills: z.boolean().optional(),
  };
  const entry = z.union([
    z.string().transform((pattern): AllowlistEntry => ({ id: randomUUID(), pattern })),
    z
      .looseObject({
        id: z.string().min(1).optional(),
        pattern: z.string(),
        lastUsedAt: z.number().optional(),
        lastUsedCommand: z.string().optional(),
        lastResolvedPath: z.string().optional(),
      })
      .transform((value): AllowlistEntry => ({ ...value, id: value.id ?? randomUUID() })),
  ]);
  return z.looseObject({
    version: z.literal(1),
    socket: z.looseObject({ path: z.string().optional(), token: z.string().optional() }).optional(),
    defaults: z.looseObject(policy).optional(),
    agents: z.record(z.string(), z.looseObject({ ...policy, allowlist: z.array(entry).optional() })).optional(),
  });
}

function mergedAgents(agents: Record<string, AgentApprovals>): Record<string, AgentApprovals> {
  if (!Object.hasOwn(agents, "default")) return agents;
  const { default: older, main, ...others } = agents;
  const patterns = new Set(main?.allowlist?.map(({ pattern }) => pattern));
  const added = older?.allowlist?.filter(({ pattern }) => !patterns.has(pattern)) ?? [];
  const allowlist = [...(main?.allowlist ?? []), ...added];
  return { ...others, main: { ...older, ...main, ...(allowlist.length > 0 ? { allowlist } : {}) } };
}
