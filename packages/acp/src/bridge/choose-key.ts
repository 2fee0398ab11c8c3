import type { GatewayClient } from "@openclaw/client";
import { canonicalSessionKey } from "@openclaw/sessions";
import { z } from "zod";
import { bridgeError } from "./bridge-error.ts";

/** Which session of the Gateway an editor's session is, where the editor does not say it. */
export interface SessionDefaults {
  sessionKey?: string | undefined;
  sessionLabel?: string | undefined;
  /** Only sessions that there are. */
  requireExisting?: boolean | undefined;
  /** The session begins anew. */
  resetSession?: boolean | undefined;
  /** Prompts begin with the working directory. */
  prefixCwd?: boolean | undefined;
}

const text = z.string().trim().min(1).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const meta = z
  .object({
    sessionKey: text,
    session: text,
    key: text,
    sessionLabel: text,
    label: text,
    requireExisting: flag,
    resetSession: flag,
    prefixCwd: flag,
  })
  .catch({});

export interface ChosenSession {
  /** The key under which the Gateway keeps the session. */
  sessionKey: string;
  prefixCwd: boolean;
}

/**
 * Finds the session: what the request says of it, then what the command line says, then `fallbackKey`.
 * @throws RequestError for a label or a key that there is not
 */
export async function chooseKey(
  gateway: Pick<GatewayClient, "request">,
  asked: { meta: unknown; defaults: SessionDefaults; fallbackKey: string },
): Promise<ChosenSession> {
  const { defaults, fallbackKey } = asked;
  const own = meta.parse(asked.meta ?? {});
  const ownKey = own.sessionKey ?? own.session ?? own.key;
  const ownLabel = own.sessionLabel ?? own.label;
  const named = ownKey ?? (ownLabel === undefined ? defaults.sessionKey : undefined);
  const label =
    ownKey === undefined ? (ownLabel ?? (named === undefined ? defaults.sessionLabel : undefined)) : undefined;
  const sessionKey =
    label === undefined ? await canonical(gateway, named ?? fallbackKey) : await keyOfLabel(gateway, label);
  if ((own.requireExisting ?? defaults.requireExisting) === true && label === undefined) {
    const known = await resolved(gateway, { key: sessionKey });
    if (known === undefined) throw bridgeError(`Session key not found: ${named ?? fallbackKey}`);
  }
  if ((own.resetSession ?? defaults.resetSession) === true)
    await gateway.request("sessions.reset", { key: sessionKey });
  return { sessionKey, prefixCwd: own.prefixCwd ?? defaults.prefixCwd ?? true };
}

/** Events carry the whole key, whatever a client calls the session. */
async function canonical(gateway: Pick<GatewayClient, "request">, key: string): Promise<string> {
  const { defaultId, mainKey, scope } = await gateway.request("agents.list", {});
  return canonicalSessionKey(key, { defaultAgentId: defaultId, mainKey, scope });
}

async function keyOfLabel(gateway: Pick<GatewayClient, "request">, label: string): Promise<string> {
  const key = await resolved(gateway, { label });
  if (key === undefined) throw bridgeError(`Unable to resolve session label: ${label}`);
  return key;
}

/** The session's key; undefined when the Gateway knows none. */
async function resolved(
  gateway: Pick<GatewayClient, "request">,
  wanted: { key: string } | { label: string },
): Promise<string | undefined> {
  try {
    return (await gateway.request("sessions.resolve", wanted)).key;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "refused";
}
