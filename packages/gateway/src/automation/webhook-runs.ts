import crypto from "node:crypto";
import { wrapExternalContent } from "@openclaw/agent-runtime";
import { type AgentAction, countSuspicious } from "@openclaw/automation";
import { lookUp } from "../pipeline/dedupe.ts";
import { agentTimeFormat } from "./agent-time.ts";
import type { AutomationParts } from "./automation-parts.ts";
import type { IsolatedRuns } from "./isolated-runs.ts";

/** Runs that programs outside ask for. */
export interface WebhookRuns {
  /** Resolves when the run is in the journal; an event that came before is not run again. */
  start(action: AgentAction, options: { trusted: boolean }): Promise<{ runId: string }>;
}

export function createWebhookRuns(parts: AutomationParts, isolated: IsolatedRuns): WebhookRuns {
  const { conversations, systemEvents, heartbeats, models, clock, log } = parts;

  return {
    async start(action, { trusted }) {
      const runId = action.once === undefined ? crypto.randomUUID() : runIdOf(action.once);
      if (action.once !== undefined && lookUp(parts.storage.journal, runId).seen) return { runId };
      const sessionKey = sessionKeyOf(action, runId, trusted);
      const agentId = conversations.agentOf(sessionKey);
      try {
        const { accepted, done } = isolated.start({
          runId,
          source: "hook",
          runAtMs: clock.now(),
          name: action.name,
          label: action.name,
          agentId,
          sessionKey,
          prompt: promptOf(action, runId),
          model: modelOf(action, sessionKey),
          thinking: action.thinking ?? (isGmail(sessionKey) ? parts.config().hooks?.gmail?.thinking : undefined),
          ...(action.timeoutSeconds === undefined ? {} : { timeoutMs: action.timeoutSeconds * 1000 }),
          ...(action.deliver ? { delivery: { channel: action.channel, to: action.to } } : {}),
          wake: action.wakeMode === "now",
        });
        done.catch((error: unknown) => log.error(`hooks: run ${runId} failed: ${String(error)}`));
        await accepted;
      } catch (error) {
        if (!isModelRefusal(error)) throw error;
        // Who has sent it is told that it was taken; what is wrong with the model is for the owner.
        const text = `Hook ${action.name} (error): ${error.message}`;
        await systemEvents.enqueue(conversations.mainKey(agentId), text, { id: `${runId}/summary` });
        if (action.wakeMode === "now") heartbeats.request(`hook:${runId}`, { agentId });
      }
      return { runId };
    },
  };

  /** Nobody outside reaches another conversation: only the configuration may name a key that is none of webhooks. */
  function sessionKeyOf({ sessionKey }: AgentAction, runId: string, trusted: boolean): string {
    if (sessionKey === undefined) return conversations.canonicalKey(`hook:${runId}`);
    const isOwn = sessionKey.toLowerCase().startsWith("hook:");
    return conversations.canonicalKey(trusted || isOwn ? sessionKey : `hook:${sessionKey}`);
  }

  function modelOf({ model }: AgentAction, sessionKey: string): string | undefined {
    if (model !== undefined || !isGmail(sessionKey)) return model;
    const wanted = parts.config().hooks?.gmail?.model?.trim();
    const found = wanted ? models.canonical(wanted) : undefined;
    return found !== undefined && models.isAllowed(found) ? wanted : undefined;
  }

  function promptOf({ message, name, source = "webhook", allowUnsafeExternalContent }: AgentAction, runId: string) {
    const now = clock.now();
    const time = agentTimeFormat(parts).line(now);
    const signs = countSuspicious(message);
    if (signs > 0) log.warn("hooks: the content looks as if it wanted to give instructions", { runId, name, signs });
    if (allowUnsafeExternalContent === true) return `[cron:${runId} ${name}] ${message}\n${time}`;
    const about = `Task: ${name} | Job ID: ${runId} | Received: ${new Date(now).toISOString()}`;
    return `${wrapExternalContent(message, { source, about })}\n${time}`;
  }
}

function isGmail(sessionKey: string): boolean {
  return sessionKey.includes(":hook:gmail:");
}

function isModelRefusal(error: unknown): error is Error {
  return error instanceof Error && /^(?:invalid model|model not allowed): /.test(error.message);
}

function runIdOf(once: string): string {
  return `hook-${crypto.createHash("sha256").update(once).digest("hex").slice(0, 32)}`;
}
