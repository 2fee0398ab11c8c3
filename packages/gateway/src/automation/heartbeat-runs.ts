import { readFile } from "node:fs/promises";
import path from "node:path";
import { heartbeatToken, isActiveHour, isEmptyHeartbeatFile, stripHeartbeatAck } from "@openclaw/automation";
import {
  type HeartbeatResult,
  type HeartbeatSettings,
  type HeartbeatVisibility,
  heartbeatAgents,
  heartbeatVisibility,
  requestsInFlight,
} from "@openclaw/automation/resident";
import type { Heartbeat } from "@openclaw/protocol";
import { normalizeAgentId } from "@openclaw/sessions";
import { channelConfigInput, readAccount } from "../channels/account-config.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";
import type { UnattendedOutcome } from "../pipeline/unattended-outcome.ts";
import type { AutomationGateway } from "./automation-parts.ts";
import { createFollowedRuns, type FollowedRuns } from "./followed-runs.ts";
import { heartbeatTarget } from "./heartbeat-target.ts";
import type { PostUnasked } from "./unasked-delivery.ts";

/** An alert is not repeated within this time, ms. */
const repeatMs = 24 * 60 * 60_000;
const previewChars = 200;

const execPrompt =
  "A command you had started has finished; its result stands in the system lines above. Tell the user what came of it, in a helpful way.";
const reminderPrompt =
  "A reminder that was set for now has come; it stands in the system lines above. Pass it on to the user in a friendly way.";

/** What is done after a heartbeat's run. */
interface HeartbeatPlan {
  agentId: string;
  sessionKey: string;
  route?: ChannelRoute | undefined;
  /** Why there is no route. */
  missing?: string | undefined;
  isExec: boolean;
  startedAt: number;
}

/** Lets agents look after things, each in its session. */
export interface HeartbeatRuns extends Pick<FollowedRuns<HeartbeatPlan, HeartbeatResult>, "stop"> {
  run(agentId: string, reason: string): Promise<HeartbeatResult>;
  /** Goes on with what an earlier process left. */
  resume(): void;
}

export function createHeartbeatRuns(
  gateway: AutomationGateway,
  options: {
    post: PostUnasked;
    /** Tells clients, and keeps it as the last one. */
    emit(event: Heartbeat): void;
  },
): HeartbeatRuns {
  const { config, conversations, sessions, systemEvents, channels, clock, log } = gateway;
  const followed = createFollowedRuns<HeartbeatPlan, HeartbeatResult>({
    store: gateway.storage.kv("heartbeat-runs"),
    pipeline: gateway.pipeline,
    journal: gateway.storage.journal,
    runs: gateway.runs,
    finish,
    log,
  });

  return {
    stop: followed.stop,
    resume: () => followed.resume(() => {}),
    async run(agentId, reason) {
      const startedAt = clock.now();
      try {
        return await attempt(agentId, reason, startedAt);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.error(`heartbeat failed: ${message}`, { agentId });
        tell({ status: "failed", reason: message }, startedAt, undefined);
        return { status: "failed", reason: message };
      }
    },
  };

  async function attempt(agentId: string, reason: string, startedAt: number): Promise<HeartbeatResult> {
    const agents = { defaultId: gateway.agents.defaultId(), normalizeId: normalizeAgentId };
    const settings = heartbeatAgents(config(), agents).find((each) => each.agentId === agentId);
    if (settings === undefined) return { status: "skipped", reason: "disabled" };
    const zones = { user: config().agents?.defaults?.userTimezone, host: gateway.hostTimeZone };
    if (!isActiveHour(settings.activeHours, startedAt, zones)) return { status: "skipped", reason: "quiet-hours" };
    const { running, waiting } = gateway.runtime.depth("main");
    if (running + waiting > 0) return { status: "skipped", reason: requestsInFlight };
    const sessionKey = sessionOf(settings);
    const pending = systemEvents.peek(sessionKey);
    if (await isIdle(agentId, reason, pending.length > 0)) {
      tell({ status: "skipped", reason: "empty-heartbeat-file" }, startedAt, undefined);
      return { status: "skipped", reason: "empty-heartbeat-file" };
    }
    const target = await heartbeatTarget(settings, sessionKey, gateway);
    const route = "route" in target ? target.route : undefined;
    const { showAlerts, showOk, useIndicator } = visibilityOf(route);
    if (!showAlerts && !showOk && !useIndicator) {
      tell({ status: "skipped", reason: "alerts-disabled" }, startedAt, route);
      return { status: "skipped", reason: "alerts-disabled" };
    }
    const isExec = reason === "exec-event" && pending.some(({ text }) => text.includes("Exec finished"));
    const isReminder = reason.startsWith("cron:") && pending.length > 0;
    const plan: HeartbeatPlan = {
      agentId,
      sessionKey,
      isExec,
      startedAt,
      ...(route === undefined ? { missing: target.reason } : { route }),
    };
    const text = isExec ? execPrompt : isReminder ? reminderPrompt : settings.prompt;
    const result = await followed.start(messageOf(settings, plan, text), plan).done;
    // The Gateway stops: the run goes on at its next start.
    return result ?? { status: "skipped", reason: "disabled" };
  }

  function messageOf(settings: HeartbeatSettings, plan: HeartbeatPlan, text: string): Inbound {
    const model = settings.model === undefined ? undefined : gateway.models.canonical(settings.model);
    const usable = model !== undefined && gateway.models.isAllowed(model);
    if (settings.model !== undefined && !usable) log.warn(`heartbeat: the model ${settings.model} cannot be used`);
    return {
      id: `heartbeat-${crypto.randomUUID()}`,
      source: "heartbeat",
      receivedAt: plan.startedAt,
      sessionKey: plan.sessionKey,
      agentId: plan.agentId,
      text,
      attachments: [],
      authorized: false,
      literal: true,
      senderId: plan.route?.to ?? "heartbeat",
      route: { surface: "none" },
      ...(plan.route === undefined ? {} : { requesterChannel: plan.route.channel }),
      ...(usable ? { model } : {}),
    };
  }

  function sessionOf({ session, agentId }: HeartbeatSettings): string {
    const main = conversations.mainKey(agentId);
    if (session === undefined || main === "global") return main;
    const key = conversations.canonicalKey(session, /^agent:/i.test(session) ? undefined : agentId);
    return conversations.agentOf(key) === agentId ? key : main;
  }

  /** An agent whose HEARTBEAT.md is there and says nothing has nothing to look after, unless somebody calls it. */
  async function isIdle(agentId: string, reason: string, hasEvents: boolean): Promise<boolean> {
    if (reason === "exec-event" || reason.startsWith("cron:")) return false;
    if ((reason.startsWith("hook:") || reason.startsWith("wake")) && hasEvents) return false;
    try {
      const file = path.join(gateway.agents.workspace(agentId), "HEARTBEAT.md");
      return isEmptyHeartbeatFile(await readFile(file, "utf8"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
      throw error;
    }
  }

  function visibilityOf(route: ChannelRoute | undefined): HeartbeatVisibility {
    return heartbeatVisibility(config(), route?.channel ?? "webchat", route?.accountId);
  }

  async function finish(runId: string, plan: HeartbeatPlan, run: UnattendedOutcome): Promise<HeartbeatResult> {
    const { agentId, sessionKey, route, startedAt } = plan;
    const ran: HeartbeatResult = { status: "ran" };
    if (run.status !== "ok") {
      const reason = run.error ?? "the run failed";
      log.error(`heartbeat failed: ${reason}`, { agentId });
      tell({ status: "failed", reason, indicatorType: "error" }, startedAt, route);
      return { status: "failed", reason };
    }
    const settings = heartbeatAgents(config(), {
      defaultId: gateway.agents.defaultId(),
      normalizeId: normalizeAgentId,
    }).find((each) => each.agentId === agentId);
    const reasoning = settings?.includeReasoning ? run.payloads.filter(({ isReasoning }) => isReasoning) : [];
    const said = run.payloads.filter(({ isReasoning }) => isReasoning !== true);
    const mediaUrls = said.flatMap((payload) => payload.mediaUrls ?? []);
    const whole = said.flatMap(({ text }) => (text?.trim() ? [text] : [])).join("\n\n");
    if (whole === "" && mediaUrls.length === 0) {
      await tellOk(runId, plan);
      tell({ status: "ok-empty", indicatorType: "ok" }, startedAt, route);
      return ran;
    }
    const stripped = stripHeartbeatAck(whole, { ackMaxChars: settings?.ackMaxChars ?? 300 });
    const text = plan.isExec && stripped.skip ? whole : stripped.text;
    if (stripped.skip && mediaUrls.length === 0 && !plan.isExec) {
      if (route !== undefined && reasoning.length > 0) await send(runId, plan, run, reasoning);
      else await tellOk(runId, plan);
      tell({ status: "ok-token", indicatorType: "ok" }, startedAt, route);
      return ran;
    }
    const entry = sessions.get(sessionKey);
    const isRepeated =
      mediaUrls.length === 0 &&
      entry?.lastHeartbeatText === text &&
      clock.now() - (entry.lastHeartbeatSentAt ?? 0) < repeatMs;
    const preview = text.slice(0, previewChars);
    const hasMedia = mediaUrls.length > 0;
    if (isRepeated) {
      tell({ status: "skipped", reason: "duplicate", preview, hasMedia }, startedAt, route);
      return ran;
    }
    if (route === undefined) {
      tell({ status: "skipped", reason: plan.missing ?? "no-target", preview, hasMedia }, startedAt, route);
      return ran;
    }
    if (!visibilityOf(route).showAlerts) {
      tell(
        { status: "skipped", reason: "alerts-disabled", preview, hasMedia, indicatorType: "alert" },
        startedAt,
        route,
      );
      return ran;
    }
    const problem = await notReady(route);
    if (problem !== undefined) {
      tell({ status: "skipped", reason: problem, preview, hasMedia }, startedAt, route);
      return { status: "skipped", reason: problem };
    }
    await send(runId, plan, run, [...reasoning, { ...(text === "" ? {} : { text }), mediaUrls }]);
    const now = clock.now();
    sessions.update(sessionKey, () => ({ lastHeartbeatText: text, lastHeartbeatSentAt: now, updatedAt: now }));
    tell({ status: "sent", preview, hasMedia, indicatorType: "alert" }, startedAt, route);
    return ran;
  }

  function send(id: string, plan: HeartbeatPlan, run: UnattendedOutcome, payloads: UnattendedOutcome["payloads"]) {
    const { route, agentId } = plan;
    return route === undefined ? Promise.resolve() : options.post({ id, route, agentId, payloads, model: run });
  }

  async function tellOk(id: string, plan: HeartbeatPlan): Promise<void> {
    const { route, agentId } = plan;
    if (route === undefined || !visibilityOf(route).showOk || (await notReady(route)) !== undefined) return;
    await options.post({ id, route, agentId, payloads: [{ text: heartbeatToken }] });
  }

  /** Why nothing can be sent to a chat now. */
  async function notReady({ channel, accountId }: ChannelRoute): Promise<string | undefined> {
    const loaded = channels.get(channel);
    const own = loaded?.status?.heartbeatProblem;
    if (loaded !== undefined && own !== undefined) {
      const { account, enabled } = readAccount(loaded, channelConfigInput(gateway.channelSettings, channel), accountId);
      const row = channels.rows(channel).get(accountId) ?? { running: false };
      const problem = account === undefined ? undefined : await own({ enabled, ...row }, account);
      if (problem !== undefined) return problem;
    }
    if (channels.isRunning(channel, accountId)) return undefined;
    return loaded?.notConnected?.(accountId) ?? `${channel}-not-running`;
  }

  function tell(
    event: Pick<Heartbeat, "status" | "reason" | "preview" | "hasMedia" | "indicatorType">,
    startedAt: number,
    route: ChannelRoute | undefined,
  ): void {
    const now = clock.now();
    const { indicatorType, ...rest } = event;
    options.emit({
      ts: now,
      ...rest,
      ...(route === undefined ? {} : { to: route.to, channel: route.channel, accountId: route.accountId }),
      ...(indicatorType !== undefined && visibilityOf(route).useIndicator ? { indicatorType } : {}),
      durationMs: now - startedAt,
    });
  }
}
