import type { AgentRuntime, Subagents } from "@openclaw/agent-runtime";
import type { ApprovalsStore } from "@openclaw/approvals";
import type { ConfigStore, PluginManifest } from "@openclaw/config";
import type { Log } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import type { GuardedFetch } from "@openclaw/net";
import type { Sessions } from "@openclaw/sessions";
import type { Clock, Journal } from "@openclaw/storage";
import type { Agents } from "../agents.ts";
import type { ApprovalDesk } from "../approvals/approval-desk.ts";
import type { Automation } from "../automation/open-automation.ts";
import type { ChannelSettings } from "../channels/account-config.ts";
import type { Channels } from "../channels/channels.ts";
import type { QrLogins } from "../channels/qr-logins.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { Health } from "../health.ts";
import type { GatewaySpeech } from "../media/gateway-speech.ts";
import type { NodesDoor } from "../nodes/nodes-door.ts";
import type { Directory } from "../outbound/directory.ts";
import type { MessageActions } from "../outbound/message-actions.ts";
import type { Targets } from "../outbound/resolve-target.ts";
import type { ChatPairing } from "../pairing/chat-pairing.ts";
import type { DeviceStore } from "../pairing/device-store.ts";
import type { PairingEvents } from "../pairing/pairing-events.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import type { GatewayPlugins } from "../plugins/gateway-plugins.ts";
import type { Presence } from "../presence.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { SessionFeed } from "../session-feed.ts";
import type { GatewaySkills } from "../skills/agent-skills.ts";
import type { VoiceWake } from "../voice-wake.ts";
import type { Wizard } from "../wizard/open-wizard.ts";
import type { Connections } from "../ws/connections.ts";
import type { ConnectionLimits } from "../ws/limits.ts";
import type { Updater } from "./update.ts";

/** What the methods work with: the parts of one Gateway. */
export interface MethodContext {
  stateDir: string;
  env: NodeJS.ProcessEnv;
  /** Asks services outside of the Gateway. */
  fetch: typeof fetch;
  /** For addresses that others chose. */
  guardedFetch: GuardedFetch;
  limits: ConnectionLimits;
  clock: Clock;
  log: Log;
  configStore: ConfigStore;
  /** The plugins there are; the same list until they change. */
  manifests(): readonly PluginManifest[];
  agents: Agents;
  models: Models;
  sessions: Sessions;
  conversations: Conversations;
  commands: GatewayCommands;
  runtime: AgentRuntime;
  subagents: Subagents;
  journal: Journal;
  pipeline: Pipeline;
  runs: RunRegistry;
  connections: Connections;
  devices: DeviceStore;
  pairingEvents: PairingEvents;
  nodes: NodesDoor;
  /** Programs that skills of any agent name, for nodes that may have them. */
  skillBins(): Promise<string[]>;
  presence: Presence;
  health: Health;
  systemEvents: SystemEvents;
  plugins: GatewayPlugins;
  /** Version of the program. */
  version: string;
  /** Who asked to be let in on channels. */
  chatPairing: ChatPairing;
  /** The approvals file of this machine. */
  approvals: ApprovalsStore;
  approvalDesk: ApprovalDesk;
  automation: Automation;
  speech: GatewaySpeech;
  voiceWake: VoiceWake;
  channels: Channels;
  channelSettings: ChannelSettings;
  targets: Targets;
  directory: Directory;
  messageActions: MessageActions;
  logins: QrLogins;
  skills: GatewaySkills;
  /** Brings the program up to date; absent where there is no source of updates. */
  update: Updater | undefined;
  /** Sets up with questions; absent where there is nothing to set up with. */
  wizard: Wizard | undefined;
  sessionFeed: SessionFeed;
  /** Asks for a restart in this process; several requests become one. */
  requestRestart(options: { reason: string; delayMs: number }): void;
}
