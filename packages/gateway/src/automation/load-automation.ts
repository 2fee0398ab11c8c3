import path from "node:path";
import { createAnnouncer } from "@openclaw/agent-runtime";
import { createTransforms, createWebhookServer, type WebhookServer, webhookMappings } from "@openclaw/automation";
import type { HeartbeatResult, HooksConfig, WebhookSettings } from "@openclaw/automation/resident";
import { expandTilde } from "@openclaw/config/paths";
import { createAuthLimiter } from "@openclaw/net";
import type { Heartbeat } from "@openclaw/protocol";
import { createPipelineCalls } from "../agent-calls/pipeline-calls.ts";
import type { AutomationParts } from "./automation-parts.ts";
import { type CronDesk, openCronDesk } from "./cron-desk.ts";
import { createCronRuns } from "./cron-runs.ts";
import { createTargetResolver } from "./delivery-target.ts";
import { createHeartbeatRuns } from "./heartbeat-runs.ts";
import { createIsolatedRuns } from "./isolated-runs.ts";
import { createUnaskedDelivery } from "./unasked-delivery.ts";
import { createWebhookRuns } from "./webhook-runs.ts";

/** What is loaded when something is to be done for the first time. */
export interface AutomationWork {
  cron(): Promise<CronDesk>;
  heartbeat(agentId: string, reason: string): Promise<HeartbeatResult>;
  /** What serves webhooks under these settings; the same until they change. */
  webhooks(of: { settings: WebhookSettings; hooks: HooksConfig; version: string }): WebhookServer;
  /** Goes on with what an earlier process left. */
  resume(): void;
  reload(): Promise<void>;
  pause(): void;
  close(): Promise<void>;
}

export function loadAutomation(parts: AutomationParts, emit: (event: Heartbeat) => void): AutomationWork {
  const { config, sessions, clock, timers, log } = parts;
  const calls = createPipelineCalls({ ...parts, journal: parts.storage.journal });
  const announcer = createAnnouncer({ calls, sessions, config, clock, timers, log });
  const post = createUnaskedDelivery(parts);
  const resolveTarget = createTargetResolver({ ...parts, settings: parts.channelSettings });
  const isolated = createIsolatedRuns(parts, { resolveTarget, post, announcer });
  const heartbeatRuns = createHeartbeatRuns(parts, { post, emit });
  const cronRuns = createCronRuns(parts, isolated);
  let desk: Promise<CronDesk> | undefined;
  const cron = () => {
    desk ??= openCronDesk(parts, cronRuns);
    return desk;
  };

  const hookRuns = createWebhookRuns(parts, isolated);
  // Right tokens always pass, so that a lock is for those alone who guess.
  const limiter = createAuthLimiter({ maxAttempts: 20, lockoutMs: 60_000, exemptLoopback: false, clock });
  let served: { version: string; server: WebhookServer } | undefined;
  const webhooks: AutomationWork["webhooks"] = ({ settings, hooks, version }) => {
    if (served?.version === version) return served.server;
    const dir = hooks.transformsDir?.trim();
    const configDir = path.dirname(parts.configStore.snapshot().path);
    const transformsDir = path.resolve(configDir, dir ? expandTilde(dir, parts.env.HOME ?? "") : ".");
    const server = createWebhookServer({
      settings,
      mappings: webhookMappings(hooks, (text) => log.warn(text)),
      transforms: createTransforms(transformsDir, `${parts.clock.now()}-${version}`),
      channels: () => parts.channels.ids(),
      async wake({ text, mode }) {
        await parts.systemEvents.enqueue(parts.conversations.mainKey(), text);
        if (mode === "now") parts.heartbeats.request("hook:wake");
      },
      agent: (action, options) => hookRuns.start(action, options),
      limiter,
      now: () => clock.now(),
      log,
    });
    served = { version, server };
    return server;
  };

  return {
    cron,
    webhooks,
    heartbeat: (agentId, reason) => heartbeatRuns.run(agentId, reason),
    resume() {
      heartbeatRuns.resume();
      isolated.resume(async (_runId, { jobId }, outcome) => {
        if (jobId !== undefined) await (await cron()).finished(jobId, outcome);
      });
    },
    async reload() {
      await (await desk)?.reload();
    },
    pause() {
      announcer.stop();
      void isolated.stop();
      void heartbeatRuns.stop();
      desk?.then((opened) => opened.stop()).catch(() => {}); // a desk that could not open has nothing to stop
    },
    async close() {
      await Promise.all([isolated.stop(), heartbeatRuns.stop()]);
      await (await desk?.catch(() => undefined))?.stop();
    },
  };
}
