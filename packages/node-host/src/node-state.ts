import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { ensurePrivateDir, readJsonFileSync, writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";

const gateway = z.looseObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  tls: z.boolean().optional(),
  tlsFingerprint: z.string().optional(),
});
const state = z.looseObject({
  version: z.literal(1),
  nodeId: z.string().min(1),
  /** Of an older pairing; kept, and dropped when the node gets another id. */
  token: z.string().optional(),
  displayName: z.string().optional(),
  gateway,
});

/** The Gateway a node belongs to. */
export type NodeGateway = z.output<typeof gateway>;
/** What a node host keeps between runs. */
export type NodeHostState = z.output<typeof state>;

/** Where it keeps it. */
export function nodeHostFile(stateDir: string): string {
  return join(stateDir, "node.json");
}

/**
 * What earlier runs have left; undefined on the first run.
 * @throws Error when the file is there and cannot be used: it is not overwritten
 */
export function readNodeState(stateDir: string): NodeHostState | undefined {
  const file = nodeHostFile(stateDir);
  let content: unknown;
  try {
    content = readJsonFileSync(file);
  } catch (cause) {
    throw new Error(`${file} cannot be read: repair it, or remove it to begin anew`, { cause });
  }
  if (content === undefined) return undefined;
  const read = state.safeParse(content);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Error(`${file} cannot be used (${issue?.path.join(".")}: ${issue?.message}): repair it, or remove it`);
}

/** What a run is started with; what is absent stays as it was. */
export interface NodeStateChanges {
  nodeId?: string | undefined;
  displayName?: string | undefined;
  gateway: Partial<NodeGateway>;
}

/**
 * Keeps the choices of a run for later ones and returns what counts now.
 * @throws Error when the file cannot be used or written
 */
export async function writeNodeState(
  stateDir: string,
  changes: NodeStateChanges,
  host: string,
): Promise<NodeHostState> {
  const before = readNodeState(stateDir);
  const given = Object.fromEntries(Object.entries(changes.gateway).filter(([, value]) => value !== undefined));
  const { token, ...rest } = before ?? { version: 1 as const };
  const next: NodeHostState = {
    ...rest,
    version: 1,
    nodeId: changes.nodeId ?? before?.nodeId ?? randomUUID(),
    displayName: changes.displayName ?? before?.displayName ?? host,
    gateway: { host: "127.0.0.1", port: 18_789, ...before?.gateway, ...given },
    ...(token === undefined || changes.nodeId !== undefined ? {} : { token }),
  };
  await ensurePrivateDir(stateDir);
  await writeFileAtomic(nodeHostFile(stateDir), `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  return next;
}
