import { existsSync } from "node:fs";
import path from "node:path";
import type { ToolScope } from "@openclaw/agent-runtime";
import { createHeartbeats, type Heartbeats, heartbeatAgents } from "@openclaw/automation/resident";
import type { Tool } from "@openclaw/plugin-sdk";
import type { Heartbeat } from "@openclaw/protocol";
import { normalizeAgentId } from "@openclaw/sessions";
import type { GatewayBase } from "../gateway-base.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import type { AutomationGateway } from "./automation-parts.ts";
import type { CronDesk } from "./cron-desk.ts";
import { cronToolFor, recentMessages } from "./cron-tool-door.ts";
import { createGmailDoor } from "./gmail-door.ts";
import { createHooksDoor, type HooksDoor } from "./hooks-door.ts";
import type { AutomationWork } from "./load-automation.ts";
import { openWebhookDoor } from "./webhook-door.ts";

/** What a Gateway does without being asked: jobs, heartbeats, webhooks. Its libraries are loaded with the first job or call. */
export interface Automation {
  /** Tells apart the processes that answer for runs. */
  readonly instanceId: string;
  readonly heartbeats: Pick<Heartbeats, "enabled" | "setEnabled" | "request">;
  /** The last one clients were told of. */
  readonly lastHeartbeat: Heartbeat | undefined;
  cron(): Promise<CronDesk>;
  readonly hooks: Pick<HooksDoor, "emit" | "bootstrap">;
  /** Tells the main session something; resolves when that is on disk. */
  wake(text: string, mode: "now" | "next-heartbeat", reason?: string): Promise<void>;
  /**
   * Has the agent look after a command that has ended in its main session, where what it says reaches its user as any
   * heartbeat does. False when it does not: the session is to be woken itself then.
   */
  execEvent(sessionKey: string): boolean;
  tools(scope: ToolScope): Tool[];
  /** Looks at the session of a command as it is; what it returns tells the hooks and resolves with their texts. */
  onCommand(action: string, message: Inbound): () => Promise<string[]>;
}

/** It begins when the Gateway is ready, and nothing more once it drains. @param instanceId tells apart the processes that answer for runs */
export function openAutomation(
  gateway: AutomationGateway & Pick<GatewayBase, "routes" | "life">,
  instanceId: string,
): Automation {
  const { config, conversations, systemEvents, connections, clock, timers, life } = gateway;
  const log = gateway.log;
  let lastHeartbeat: Heartbeat | undefined;
  let started = false;
  let paused = false;
  let loading: Promise<AutomationWork> | undefined;

  const heartbeats = createHeartbeats({
    agents: () => heartbeatAgents(config(), { defaultId: gateway.agents.defaultId(), normalizeId: normalizeAgentId }),
    run: async (agentId, reason) => (await work()).heartbeat(agentId, reason),
    clock,
    timers,
    log,
  });

  const load = async (): Promise<AutomationWork> => {
    const { loadAutomation } = await import("./load-automation.ts");
    const loaded = loadAutomation({ ...gateway, heartbeats }, (event) => {
      lastHeartbeat = event;
      connections.broadcast("heartbeat", event, { droppable: true });
    });
    loaded.resume();
    return loaded;
  };
  const work = (): Promise<AutomationWork> => {
    loading ??= load();
    return loading;
  };

  /** Whether an earlier process left jobs, or runs after which something is to be done. */
  const hasWork = (): boolean =>
    ["isolated-runs", "heartbeat-runs"].some(
      // A store that was never used is not made by looking.
      (name) => existsSync(path.join(gateway.stateDir, "kv", name)) && gateway.storage.kv(name).keys().length > 0,
    ) || existsSync(storePath());
  const storePath = () => {
    const store = config().cron?.store?.trim();
    // Anything but the usual place is looked at by what knows how to read it.
    return store ? gateway.stateDir : path.join(gateway.stateDir, "cron", "jobs.json");
  };

  const hooks = createHooksDoor(gateway);
  const gmail = createGmailDoor(gateway);
  const webhooks = openWebhookDoor(gateway, work, () => started && !paused);
  const automation: Automation = {
    instanceId,
    heartbeats,
    get lastHeartbeat() {
      return lastHeartbeat;
    },
    cron: async () => (await work()).cron(),
    hooks,
    async wake(text, mode, reason = "wake") {
      await systemEvents.enqueue(conversations.mainKey(), text);
      if (mode === "now") heartbeats.request(reason);
    },
    execEvent(sessionKey) {
      const agentId = conversations.agentOf(sessionKey);
      const settings = heartbeatAgents(config(), {
        defaultId: gateway.agents.defaultId(),
        normalizeId: normalizeAgentId,
      }).find((each) => each.agentId === agentId);
      const reachesUser =
        heartbeats.enabled &&
        settings?.everyMs !== undefined &&
        settings.session === undefined &&
        settings.target === "last" &&
        conversations.mainKey(agentId) === sessionKey &&
        conversations.lastRoute(sessionKey).surface === "channel";
      if (reachesUser) heartbeats.request("exec-event", { agentId });
      return reachesUser;
    },
    onCommand(action, { sessionKey, senderId, route }) {
      if (!hooks.wanted) return () => Promise.resolve([]);
      const entry = gateway.sessions.get(sessionKey);
      const commandSource = route.surface === "channel" ? route.channel : "webchat";
      const about = { sessionEntry: entry, commandSource, senderId };
      const more =
        action === "stop"
          ? { sessionId: entry?.sessionId }
          : { previousSessionEntry: entry, recentMessages: recentMessages(gateway, sessionKey, 50), cfg: config() };
      return () => hooks.emit("command", action, sessionKey, { ...about, ...more });
    },
    tools: (scope) => [cronToolFor(scope, gateway, automation)],
  };
  gateway.routes.serve("hooks", webhooks.http);
  const pause = () => {
    if (paused) return;
    paused = true;
    hooks.stop();
    void heartbeats.stop();
    loading?.then((loaded) => loaded.pause()).catch(() => {}); // what could not be loaded has nothing to stop
  };
  life.on("ready", () => {
    heartbeats.start();
    started = true;
    hooks.start();
    gateway.hotReload.on("heartbeat", () => heartbeats.reload());
    gateway.hotReload.on("cron", async () => (await loading)?.reload());
    gateway.hotReload.on("hooks", () => webhooks.reload());
    gateway.hotReload.on("gmail", () => gmail.reload());
    gmail.start();
    if (hasWork()) {
      work()
        .then((loaded) => loaded.cron())
        .catch((error: unknown) => log.error("cron: the scheduler could not start", { error: String(error) }));
    }
  });
  life.on("drain", pause);
  life.on("close", async () => {
    pause();
    await gmail.stop();
    await heartbeats.stop();
    const loaded = await loading?.catch(() => undefined);
    await loaded?.close();
  });
  return automation;
}
