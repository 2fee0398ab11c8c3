/** The run a hook is called in. */
export interface AgentHookContext {
  agentId: string;
  sessionKey: string;
  workspaceDir: string;
  messageProvider?: string | undefined;
}

/** The chat a message hook is called for. */
export interface MessageHookContext {
  channelId: string;
  accountId?: string | undefined;
  conversationId?: string | undefined;
}

/** The call a tool hook is called for. */
export interface ToolHookContext {
  agentId: string;
  sessionKey: string;
  toolName: string;
  toolCallId?: string | undefined;
}

export interface SessionHookContext {
  agentId: string;
  sessionId: string;
}

export interface GatewayHookContext {
  port: number;
}

type HookOf<Event, Context, Result = void> = { event: Event; context: Context; result: Result };

/** Every typed hook: what its handlers are told, where, and what they may answer. */
export interface PluginHooks {
  /** A run begins. `prependContext` goes before the prompt, `systemPrompt` behind the system prompt. */
  before_agent_start: HookOf<
    { prompt: string; messages?: readonly unknown[] },
    AgentHookContext,
    { systemPrompt?: string | undefined; prependContext?: string | undefined }
  >;
  /** A run has ended. Nobody waits for the handlers. `durationMs` in milliseconds. */
  agent_end: HookOf<
    { messages: readonly unknown[]; success: boolean; error?: string | undefined; durationMs: number },
    AgentHookContext
  >;
  /** A conversation is about to be summarised. */
  before_compaction: HookOf<{ messageCount: number; tokenCount?: number | undefined }, AgentHookContext>;
  /** A conversation was summarised. */
  after_compaction: HookOf<
    { messageCount: number; tokenCount?: number | undefined; compactedCount: number },
    AgentHookContext
  >;
  /** A channel has handed over a message. `timestamp` in milliseconds since 1970. */
  message_received: HookOf<
    { from: string; content: string; timestamp?: number | undefined; metadata: Readonly<Record<string, unknown>> },
    MessageHookContext
  >;
  /** A message is about to be sent. `cancel` keeps it back, and later handlers are not asked. */
  message_sending: HookOf<
    { to: string; content: string; metadata?: Readonly<Record<string, unknown>> },
    MessageHookContext,
    { content?: string | undefined; cancel?: boolean | undefined }
  >;
  /** A message was sent, or was not. */
  message_sent: HookOf<
    { to: string; content: string; success: boolean; error?: string | undefined },
    MessageHookContext
  >;
  /** A tool is about to be called. `params` are laid over those of the call; `block` refuses it. */
  before_tool_call: HookOf<
    { toolName: string; params: Readonly<Record<string, unknown>> },
    ToolHookContext,
    {
      params?: Readonly<Record<string, unknown>> | undefined;
      block?: boolean | undefined;
      blockReason?: string | undefined;
    }
  >;
  /** A tool was called. */
  after_tool_call: HookOf<
    {
      toolName: string;
      params: Readonly<Record<string, unknown>>;
      result?: unknown;
      error?: string | undefined;
      durationMs?: number | undefined;
    },
    ToolHookContext
  >;
  /** A result goes to the transcript. The handler answers at once, not with a promise. */
  tool_result_persist: HookOf<
    { toolName?: string | undefined; toolCallId?: string | undefined; message: unknown; isSynthetic?: boolean },
    ToolHookContext,
    { message?: unknown }
  >;
  /** A conversation begins. */
  session_start: HookOf<{ sessionId: string; resumedFrom?: string | undefined }, SessionHookContext>;
  /** A conversation was left for a new one. */
  session_end: HookOf<{ sessionId: string; messageCount: number; durationMs?: number | undefined }, SessionHookContext>;
  /** The Gateway takes connections and this plugin is loaded. */
  gateway_start: HookOf<{ port: number }, GatewayHookContext>;
  /** The Gateway stops; it waits at most five seconds. */
  gateway_stop: HookOf<{ reason?: string | undefined }, GatewayHookContext>;
}

export type PluginHookName = keyof PluginHooks;
export type HookEvent<N extends PluginHookName> = PluginHooks[N]["event"];
export type HookContext<N extends PluginHookName> = PluginHooks[N]["context"];
export type HookResult<N extends PluginHookName> = PluginHooks[N]["result"];

/** Answers a hook. A throw is logged and means "no opinion". */
export type PluginHookHandler<N extends PluginHookName> = (
  event: HookEvent<N>,
  context: HookContext<N>,
) => HookResult<N> | undefined | Promise<HookResult<N> | undefined>;

const names: Record<PluginHookName, true> = {
  before_agent_start: true,
  agent_end: true,
  before_compaction: true,
  after_compaction: true,
  message_received: true,
  message_sending: true,
  message_sent: true,
  before_tool_call: true,
  after_tool_call: true,
  tool_result_persist: true,
  session_start: true,
  session_end: true,
  gateway_start: true,
  gateway_stop: true,
};

/** The names of all typed hooks. */
export const pluginHookNames: readonly PluginHookName[] = Object.keys(names).filter(isPluginHookName);

/** Whether this host calls a hook of that name. */
export function isPluginHookName(name: string): name is PluginHookName {
  return Object.hasOwn(names, name);
}

/** Something that happened, as event-bus hooks are told. */
export interface HookBusEvent {
  /** `command`, `session`, `agent` or `gateway`. */
  type: string;
  action: string;
  sessionKey: string;
  context: Record<string, unknown>;
  timestamp: Date;
  /** Texts put here are sent to the user. */
  messages: string[];
}

export type HookBusHandler = (event: HookBusEvent) => void | Promise<void>;

export interface HookBusOptions {
  /** Needed: the hook is listed under it. */
  name?: string;
  description?: string;
  /** Further facts for listings. */
  entry?: object;
  /** `false` only lists the hook. */
  register?: boolean;
}
