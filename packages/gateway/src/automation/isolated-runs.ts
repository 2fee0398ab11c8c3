import type { Announcer } from "@openclaw/agent-runtime";
import { type CronOutcome, stripHeartbeatAck } from "@openclaw/automation";
import { supportsXhigh } from "@openclaw/models";
import type { Inbound } from "../pipeline/inbound.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";
import type { UnattendedOutcome } from "../pipeline/unattended-outcome.ts";
import type { AutomationParts } from "./automation-parts.ts";
import type { ResolveTarget } from "./delivery-target.ts";
import { createFollowedRuns, type FollowedRuns } from "./followed-runs.ts";
import type { PostUnasked } from "./unasked-delivery.ts";

/** What is done after a run in a session of its own. */
export interface IsolatedPlan {
  /** The job it belongs to; absent for a webhook. */
  jobId?: string;
  runAtMs: number;
  /** What people call it. */
  name: string;
  agentId: string;
  sessionKey: string;
  /** Where its answer goes; absent when it stays in its session. */
  delivery?: { channel?: string | undefined; to?: string | undefined; bestEffort?: boolean | undefined } | undefined;
  wake: boolean;
}

/** A run in a session of its own, as it is asked for. */
export interface IsolatedRequest extends IsolatedPlan {
  runId: string;
  source: "cron" | "hook";
  /** What the model is told, whole. */
  prompt: string;
  label: string;
  model?: string | undefined;
  thinking?: string | undefined;
  timeoutMs?: number | undefined;
}

/** Runs of jobs and webhooks: each begins a session of its own, and its end is told where it is wanted. */
export interface IsolatedRuns extends Pick<FollowedRuns<IsolatedPlan, CronOutcome>, "has" | "resume" | "stop"> {
  /** @throws Error when the model may not be used */
  start(request: IsolatedRequest): { accepted: Promise<void>; done: Promise<CronOutcome | undefined> };
}

const summaryChars = 2_000;
/** A text beside `HEARTBEAT_OK` of up to so many characters says that nothing is to be told. */
const acknowledgementChars = 300;
const deliveryHint =
  "Your final answer is delivered to the user by itself: write it as plain text. Do not send messages yourself; if somebody else is to be told something, describe what should be said and to whom.";
const announceHint =
  "Pass this on to the user now, briefly and in your own voice, as if you had done it yourself. Leave out technical details such as session keys. Answer NO_REPLY when nothing needs to be said.";

export function createIsolatedRuns(
  parts: AutomationParts,
  services: { resolveTarget: ResolveTarget; post: PostUnasked; announcer: Announcer },
): IsolatedRuns {
  const { conversations, systemEvents, heartbeats, log } = parts;
  const followed = createFollowedRuns<IsolatedPlan, CronOutcome>({
    store: parts.storage.kv("isolated-runs"),
    pipeline: parts.pipeline,
    journal: parts.storage.journal,
    runs: parts.runs,
    finish,
    log,
  });

  return {
    ...followed,
    start({ runId, source, prompt, label, model: wanted, thinking, timeoutMs, ...plan }) {
      const model = modelOf(wanted);
      const message: Inbound = {
        id: runId,
        source,
        receivedAt: parts.clock.now(),
        sessionKey: plan.sessionKey,
        agentId: plan.agentId,
        text: plan.delivery === undefined ? prompt : `${prompt}\n\n${deliveryHint}`,
        attachments: [],
        authorized: false,
        literal: true,
        route: { surface: "none" },
        lane: "cron",
        begins: { label, ...(source === "cron" ? { keepsRun: true } : {}) },
        senderId: source,
        ...(model === undefined ? {} : { model }),
        ...(thinking === undefined ? {} : { thinking: lowered(thinking, model) }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(plan.delivery === undefined ? {} : { withoutTools: ["message"] }),
      };
      return followed.start(message, plan);
    },
  };

  function modelOf(wanted: string | undefined) {
    if (wanted === undefined) return undefined;
    const model = parts.models.canonical(wanted);
    if (model === undefined) throw new Error(`invalid model: ${wanted}`);
    if (!parts.models.isAllowed(model)) throw new Error(`model not allowed: ${model.provider}/${model.model}`);
    return model;
  }

  function lowered(thinking: string, model: { provider: string; model: string } | undefined): string {
    if (thinking !== "xhigh" || (model !== undefined && supportsXhigh(model))) return thinking;
    log.warn("cron: thinking level xhigh is not supported by the model; high is used");
    return "high";
  }

  /** Everything here may happen a second time after a crash; the ids keep it from being told twice. */
  async function finish(runId: string, plan: IsolatedPlan, run: UnattendedOutcome): Promise<CronOutcome | undefined> {
    const said = run.payloads.filter(({ isReasoning }) => isReasoning !== true);
    const summary = shortened(said.findLast(({ text }) => text?.trim())?.text?.trim());
    const base = {
      ...(summary === undefined ? {} : { summary }),
      ...(run.sessionId === undefined ? {} : { sessionId: run.sessionId, sessionKey: runKey(plan, run.sessionId) }),
    };
    const failed = run.status === "ok" ? undefined : (run.error ?? "the run failed");
    const problem = failed ?? (await deliver(runId, plan, run, said));
    if (problem === "stopped") return undefined;
    const outcome: CronOutcome =
      problem === undefined ? { status: "ok", ...base } : { status: "error", error: problem, ...base };
    await tellMain(runId, plan, outcome);
    return outcome;
  }

  /** Undefined when there is nothing left to say of it; else what went wrong, or that the Gateway stopped first. */
  async function deliver(
    runId: string,
    plan: IsolatedPlan,
    run: UnattendedOutcome,
    said: UnattendedOutcome["payloads"],
  ): Promise<string | undefined> {
    const { delivery, agentId } = plan;
    if (delivery === undefined) return undefined;
    const told = said.flatMap((payload) => {
      if (payload.mediaUrls?.length) return [payload];
      const { skip, text } = stripHeartbeatAck(payload.text ?? "", { ackMaxChars: acknowledgementChars });
      return skip ? [] : [{ ...payload, text }];
    });
    const last = told.at(-1);
    if (last === undefined) return undefined;
    const refused = (problem: string) => {
      if (delivery.bestEffort !== true) return problem;
      log.warn(`${problem} (best effort: the run counts as done)`, { name: plan.name });
      return undefined;
    };
    const target = await services.resolveTarget({ ...delivery, agentId });
    if ("problem" in target) return refused(target.problem);
    try {
      if (last.mediaUrls?.length) {
        await services.post({ id: `${runId}/delivery`, route: target.route, agentId, payloads: told, model: run });
        return undefined;
      }
      return (await announce(runId, plan, target.route, last.text ?? "")) ? undefined : "stopped";
    } catch (error) {
      log.warn(`a delivery failed: ${error instanceof Error ? error.message : String(error)}`, { name: plan.name });
      return refused("cron announce delivery failed");
    }
  }

  function announce(runId: string, plan: IsolatedPlan, route: ChannelRoute, findings: string): Promise<boolean> {
    const { channel, to, accountId, threadId } = route;
    const kind = plan.jobId === undefined ? "webhook task" : "scheduled task";
    const headed = `A ${kind} "${plan.name}" just completed successfully.\n\nFindings:\n${findings.trim()}`;
    const announcement = {
      id: `${runId}/announce`,
      sessionKey: conversations.mainKey(plan.agentId),
      origin: { channel, to, accountId, ...(threadId === undefined ? {} : { threadId }) },
      text: `${headed}\n\n${announceHint}`,
      plain: findings.trim(),
    };
    return services.announcer.announce(announcement, { again: true });
  }

  async function tellMain(runId: string, plan: IsolatedPlan, outcome: CronOutcome): Promise<void> {
    const { agentId, name, jobId } = plan;
    const text = jobId === undefined ? hookLine(name, outcome) : cronLine(plan, outcome);
    if (text === undefined) return;
    await systemEvents.enqueue(conversations.mainKey(agentId), text, { id: `${runId}/summary` });
    if (plan.wake) heartbeats.request(jobId === undefined ? `hook:${runId}` : `cron:${jobId}`, { agentId });
  }
}

function cronLine({ delivery }: IsolatedPlan, { status, summary }: CronOutcome): string | undefined {
  if (delivery === undefined || !summary) return undefined;
  return status === "ok" ? `Cron: ${summary}` : `Cron (${status}): ${summary}`;
}

function hookLine(name: string, { status, summary, error }: CronOutcome): string {
  if (status === "ok") return `Hook ${name}: ${summary ?? "done, without a word"}`;
  return `Hook ${name} (${status}): ${error ?? summary ?? "failed"}`;
}

function runKey({ sessionKey, jobId }: IsolatedPlan, sessionId: string): string {
  return jobId === undefined ? sessionKey : `${sessionKey}:run:${sessionId}`;
}

function shortened(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= summaryChars) return text;
  return `${text.slice(0, summaryChars)}…`;
}
