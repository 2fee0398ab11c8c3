import crypto from "node:crypto";
import path from "node:path";
import {
  type AgentRuntime,
  type CallWaits,
  createAgentToAgent,
  createSessionTools,
  createSubagents,
  createTtsTool,
  isSendDenied,
  openSubagentRegistry,
  type Subagents,
  type Timers,
  type ToolScope,
} from "@openclaw/agent-runtime";
import type { ConfigStore, OpenClawConfig } from "@openclaw/config";
import type { Log } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import type { Clock, Journal, Storage } from "@openclaw/storage";
import type { Channels } from "../channels/channels.ts";
import type { QrLogins } from "../channels/qr-logins.ts";
import type { Conversations } from "../conversations.ts";
import type { LifeCycle } from "../life-cycle.ts";
import type { GatewaySpeech } from "../media/gateway-speech.ts";
import { createNodeTools } from "../nodes/node-tools.ts";
import type { NodesDoor } from "../nodes/nodes-door.ts";
import type { MessageActions } from "../outbound/message-actions.ts";
import { type Inbound, inbound } from "../pipeline/inbound.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import { tellOfRestart } from "../restart-sentinel.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import { createGatewayTool } from "./gateway-tool.ts";
import { createLoginTool } from "./login-tool.ts";
import { createMessageTool } from "./message-tool.ts";
import { createPipelineCalls } from "./pipeline-calls.ts";
import { sayInSession } from "./say-in-session.ts";

/** What agents use of the Gateway: other sessions, subagents, chats and the Gateway itself. */
export interface AgentTools {
  readonly subagents: Subagents;
  tools(scope: ToolScope): Tool[];
}

export async function openAgentTools(gateway: {
  stateDir: string;
  storage: Storage;
  journal: Journal;
  sessions: Sessions;
  models: Models;
  conversations: Conversations;
  /** What `/status` says of a session. */
  statusCard: (sessionKey: string) => Promise<string>;
  messageActions: MessageActions;
  configStore: ConfigStore;
  runtime: AgentRuntime;
  pipeline: Pipeline;
  runs: RunRegistry;
  connections: Connections;
  channels: Channels;
  logins: Pick<QrLogins, "start" | "wait">;
  outbox: OutboxWorker;
  systemEvents: SystemEvents;
  waits: CallWaits;
  speech: GatewaySpeech;
  nodes: Pick<NodesDoor, "load">;
  timeZone: () => string;
  requestRestart: (request: { reason: string; delayMs: number }) => void;
  clock: Clock;
  timers: Timers;
  life: Pick<LifeCycle, "on">;
  log: Log;
}): Promise<AgentTools> {
  const { stateDir, journal, sessions, models, conversations, configStore, clock, timers } = gateway;
  const log = gateway.log.child("agent-calls");
  const newId = () => crypto.randomUUID();
  const config = (): OpenClawConfig => configStore.snapshot().config;
  const calls = createPipelineCalls(gateway);
  const subagents = createSubagents({
    registry: await openSubagentRegistry({ stateDir, clock, log }),
    calls,
    sessions,
    models,
    config,
    newId,
    clock,
    timers,
    log,
  });
  const agentToAgent = createAgentToAgent({
    calls,
    sessions,
    config,
    store: gateway.storage.kv("agent-to-agent"),
    timers,
    log,
  });
  const sessionTools = createSessionTools({
    sessions,
    models,
    calls,
    waits: gateway.waits,
    subagents,
    agentToAgent,
    config,
    statusCard: gateway.statusCard,
    timeZone: gateway.timeZone,
    newId,
    clock,
    timers,
  });

  const { life } = gateway;
  life.on("recover", () => {
    subagents.resume();
    agentToAgent.resume();
  });
  life.on("ready", () => {
    tellOfRestart({ stateDir, calls, conversations, log }).catch((error: unknown) =>
      gateway.log.error("nobody could be told of the restart", { error: String(error) }),
    );
  });
  const close = () => {
    subagents.close();
    agentToAgent.stop();
  };
  life.on("drain", close);
  life.on("close", close);

  return {
    subagents,
    tools: (scope) => [
      ...createNodeTools({
        agentId: scope.agentId,
        workspaceDir: scope.workspaceDir,
        isOwner: () => messageOf(scope)?.owner === true,
        nodes: () => gateway.nodes.load(),
      }),
      messageTool(scope),
      ttsTool(scope),
      gatewayTool(scope),
      ...loginTools(scope),
      ...sessionTools(scope),
    ],
  };

  /** The message a run answers; undefined where a prompt is only shown. */
  function messageOf(scope: ToolScope): Inbound | undefined {
    const entry = scope.runId === undefined ? undefined : journal.get(scope.runId);
    return entry === undefined ? undefined : inbound.safeParse(entry.payload).data;
  }

  function messageTool(scope: ToolScope): Tool {
    return createMessageTool({
      runId: scope.runId ?? "",
      workspaceDir: scope.workspaceDir,
      mediaRoots: [path.join(stateDir, "media")],
      workspaceMount: scope.sandbox?.containerWorkdir,
      bound: () => messageOf(scope)?.route,
      isDenied: () => isSendDenied(config(), sessions, scope.sessionKey),
      actions: gateway.messageActions,
      channels: gateway.channels,
      hints: (scope.channel === undefined ? undefined : gateway.channels.get(scope.channel)?.promptHints) ?? [],
      outbox: gateway.outbox,
      sayHere: (text) => {
        sayInSession(scope.sessionKey, text, gateway);
      },
      config,
    });
  }

  function ttsTool(scope: ToolScope): Tool {
    return createTtsTool({
      channel: scope.channel,
      speak: async (text, about) => (await gateway.speech.load()).convert(text, about),
    });
  }

  /** For channels in use that are linked to somebody's device, and for their owner. */
  function loginTools(scope: ToolScope): Tool[] {
    const { channels, logins } = gateway;
    const linking = channels.ids().flatMap((id) => {
      const channel = channels.get(id);
      return channel?.login === undefined && channel?.qrLogin === undefined ? [] : [channel];
    });
    const isOwner = () => messageOf(scope)?.owner === true;
    return linking.length === 0 || !isOwner()
      ? []
      : linking.map((channel) => createLoginTool(channel, { logins, isOwner }));
  }

  function gatewayTool(scope: ToolScope): Tool {
    return createGatewayTool({
      sessionKey: scope.sessionKey,
      isOwner: () => messageOf(scope)?.owner === true,
      entry: (key) => conversations.entry(conversations.canonicalKey(key)),
      configStore,
      requestRestart: gateway.requestRestart,
      stateDir,
      clock,
      log,
    });
  }
}
