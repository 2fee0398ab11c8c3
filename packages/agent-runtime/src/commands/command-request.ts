import type { ElevatedAccess } from "@openclaw/approvals";
import type { Models } from "@openclaw/models";
import type { ChosenModel, SessionEntry, SessionPatch } from "@openclaw/sessions";
import type { SystemPromptReport } from "../prompt/system-prompt-report.ts";
import type { QueueConfig } from "../queue/queue-settings.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { AllowlistStore } from "./allowlist-command.ts";
import type { BashJobs } from "./bash-command.ts";
import type { CommandRegistry } from "./command-registry.ts";
import type { CommandSwitch } from "./command-table.ts";
import type { Docks } from "./dock-command.ts";
import type { StatusFacts } from "./status-card.ts";
import type { SubagentControl } from "./subagents-command.ts";
import type { SpeechControl } from "./tts-command.ts";

/** Who sent a command, as far as commands ask. */
export interface CommandSender {
  id?: string | undefined;
  name?: string | undefined;
  username?: string | undefined;
  /** May answer questions about running commands: everybody who may use commands in a chat, else by scope. */
  mayApprove: boolean;
  /** May change configuration: everybody who may use commands in a chat, else by scope. */
  mayConfigure: boolean;
}

/** Where a command was sent. */
export interface CommandPlace {
  /** Channel id; `webchat` for the Gateway's own clients. */
  channel: string;
  accountId?: string | undefined;
  chat?: string | undefined;
  threadId?: string | undefined;
  isGroup: boolean;
  /** The assistant was addressed; true outside groups. */
  mentioned: boolean;
  /** How many buttons stand in a row; absent where none can be shown. */
  buttonsPerRow?: number | undefined;
}

/** A command to be answered. */
export interface CommandRequest {
  args: string;
  sessionKey: string;
  agentId: string;
  sender: CommandSender;
  place: CommandPlace;
}

export interface CommandButton {
  text: string;
  data: string;
}

/** What a command comes to. */
export interface CommandReply {
  /** What the sender is told; nothing when absent. */
  text?: string;
  /** Files that are sent with it: web addresses or paths below a trusted root. */
  mediaUrls?: readonly string[];
  /** They are a voice note. */
  audioAsVoice?: true;
  /** The message it answers, in the form of the platform. */
  replyTo?: string;
  /** Rows of buttons below it; a press sends their data as a message. */
  buttons?: readonly (readonly CommandButton[])[];
  /** What the chat's own channel is to send, in that channel's form; other channels send the rest. */
  channelData?: Readonly<Record<string, unknown>>;
  /** Where a button was pressed it takes the place of the message with the button. */
  inPlace?: true;
  /** To be done when the answer is on its way, for commands that end the process. */
  afterwards?: () => void;
}

/** The part of the configuration commands read. */
export interface CommandsConfig extends RuntimeConfig {
  commands?: RuntimeConfig["commands"] & { readonly [K in CommandSwitch]?: boolean } & { bashForegroundMs?: number };
  messages?: { queue?: QueueConfig | undefined };
  session?: { mainKey?: string; identityLinks?: Readonly<Record<string, readonly string[]>> };
}

/** Reads and writes the configuration file; comments in it stay. */
export interface ConfigFile {
  /** The file as it was parsed, secrets masked; undefined when it is not valid. */
  read(): Promise<{ parsed: unknown } | undefined>;
  /** @throws ConfigRefused */
  set(path: readonly string[], value: unknown): Promise<void>;
  /** Also removes parents with nothing left in them. @throws ConfigRefused */
  unset(path: readonly string[]): Promise<void>;
  /** A value without its secrets; `path` is where it stands. */
  redact(path: readonly string[], value: unknown): unknown;
  /** Whether a channel may be used to change the configuration (`configWrites`, account first). */
  writesAllowed(channel: string, accountId?: string): boolean;
  /** Values laid over the file in memory, and how to replace them all. @throws ConfigRefused */
  overrides(): Readonly<Record<string, unknown>>;
  override(next: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A change of the configuration that the schema refuses. */
export class ConfigRefused extends Error {
  override readonly name = "ConfigRefused";
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Compaction of a session; `tokens` are those of the context. */
export interface SessionCompaction {
  compact(sessionKey: string, instructions: string | undefined): Promise<CompactionOutcome>;
}

export type CompactionOutcome =
  | { status: "compacted"; tokensBefore?: number; tokensAfter?: number }
  | { status: "skipped" | "failed"; reason: string };

/** Questions about running commands. */
export interface CommandApprovals {
  /** Rejects when the question is not known or is answered. */
  resolveApproval(id: string, decision: "allow-once" | "allow-always" | "deny", by: string | null): Promise<void>;
}

/** Usage of money and tokens, from what the transcripts say. */
export interface UsageCosts {
  /** US dollars and tokens; `partial` where a price is not known. */
  session(sessionKey: string): Promise<{ cost: number; tokens: number; partial: boolean }>;
  since(from: number): Promise<{ cost: number; tokens: number; partial: boolean }>;
}

/** What stops with a session when its user says so. */
export interface StoppedWork {
  subagents: number;
  discarded: number;
}

/** Everything commands act on. What is absent has no command. */
export interface CommandServices {
  registry: CommandRegistry;
  models: Models;
  config(): CommandsConfig;
  now(): number;
  session: {
    get(key: string): SessionEntry | undefined;
    /** The model that the conversation above a thread was told to use. */
    inheritedModel(key: string): ChosenModel | undefined;
    /** Creates the session when there is none. */
    patch(key: string, patch: SessionPatch): void;
  };
  /** Something the model is to know at its next turn. */
  tellModel(sessionKey: string, text: string): Promise<void>;
  /** With `usage` the provider is asked what is left of its allowances. */
  statusFacts(request: CommandRequest, options?: { usage?: boolean }): Promise<StatusFacts>;
  /** Of the last run, else what a run would get now. */
  promptReport(request: CommandRequest): Promise<SystemPromptReport>;
  /** Ends the runs of a session and what waits behind them. */
  stop(sessionKey: string): StoppedWork;
  usage: UsageCosts;
  configFile: ConfigFile;
  /** Whether the sender of a command may use elevated commands. */
  elevated(request: CommandRequest): ElevatedAccess;
  /** Whether the session's commands run in a sandbox, and in which kind. */
  sandbox(request: CommandRequest): { backend: string; mode: string; sandboxed: boolean };
  /** The commands of the skills a user can run. */
  skills(agentId: string): readonly { name: string; description: string }[];
  /** Where an agent's credentials are, for `/model status`. */
  authFile(agentId: string): string;
  endpoint(provider: string): { baseUrl?: string | undefined; api?: string | undefined };
  restart?: { method: "in-process" | string; request(): void };
  compaction?: SessionCompaction;
  approvals?: CommandApprovals;
  subagents?: SubagentControl;
  bash?: BashJobs;
  allowlist?: AllowlistStore;
  docks?: Docks;
  /** Speech; loaded when it is first asked for. */
  speech?(): Promise<SpeechControl>;
}

/** Answers one command. */
export type CommandHandler = (
  request: CommandRequest,
  services: CommandServices,
) => CommandReply | Promise<CommandReply>;

/** What a command answers in one line. */
export function say(...lines: (string | undefined)[]): CommandReply {
  return { text: lines.filter((line) => line !== undefined).join("\n") };
}
