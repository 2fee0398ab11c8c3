import { createAnnouncer } from "@openclaw/agent-runtime";
import type { HeartbeatResult } from "@openclaw/automation/resident";
import type { Heartbeat } from "@openclaw/protocol";
import { createPipelineCalls } from "../agent-calls/pipeline-calls.ts";
import type { AutomationParts } from "./automation-parts.ts";
import { type CronDesk, openCronDesk } from "./cron-desk.ts";
import { createCronRuns } from "./cron-runs.ts";
import { createTargetResolver } from "./delivery-target.ts";
import { createHeartbeatRuns } from "./heartbeat-runs.ts";
import { createIsolatedRuns } from "./isolated-runs.ts";
import { createUnaskedDelivery } from "./unasked-delivery.ts";

/** What is loaded when something is to be done for the first time. */
export interface AutomationWork {
  cron(): Promise<CronDesk>;
  heartbeat(agentId: string, reason: string): Promise<HeartbeatResult>;
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

  return {
    cron,
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
