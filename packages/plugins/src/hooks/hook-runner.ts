import type { Logger } from "@openclaw/log";
import type { HookContext, HookEvent, HookResult, PluginHookName } from "@openclaw/plugin-sdk";
import { messageOf } from "../load/load-plugins.ts";
import type { HookRegistration, HookTable } from "../registry/registrations.ts";

/** Hooks whose handlers are only told something, all at the same time. */
type Told = Exclude<
  PluginHookName,
  "before_agent_start" | "before_tool_call" | "message_sending" | "tool_result_persist"
>;

/** Calls the handlers of typed hooks. One that fails is logged and counts as one that said nothing. */
export interface HookRunner {
  /** Whether anybody listens; without, nothing need be prepared for it. */
  has(name: PluginHookName): boolean;
  /** Tells all handlers at once; resolves when each has ended. */
  tell<N extends Told>(name: N, event: HookEvent<N>, context: HookContext<N>): Promise<void>;
  /** The last system prompt that was given, and every context, with a blank line between them. */
  beforeAgentStart(
    event: HookEvent<"before_agent_start">,
    context: HookContext<"before_agent_start">,
  ): Promise<HookResult<"before_agent_start">>;
  /** The parameters as the handlers leave them, or why the call is refused. */
  beforeToolCall(
    event: HookEvent<"before_tool_call">,
    context: HookContext<"before_tool_call">,
  ): Promise<{ params: Readonly<Record<string, unknown>> } | { blocked: string }>;
  /** The text as the handlers leave it, or that nothing is to be sent. */
  messageSending(
    event: HookEvent<"message_sending">,
    context: HookContext<"message_sending">,
  ): Promise<{ content: string } | { cancelled: true }>;
  /** The message that goes to the transcript. */
  toolResultPersist(event: HookEvent<"tool_result_persist">, context: HookContext<"tool_result_persist">): unknown;
}

/** The text the model gets for a call that a hook refused without giving a reason. */
export const blockedText = "Tool call blocked by plugin hook";

export function createHookRunner(hooks: HookTable, log: Logger): HookRunner {
  // Sorting keeps the order of those that are equal.
  const handlersOf = <N extends PluginHookName>(name: N): readonly HookRegistration<N>[] =>
    hooks[name].length < 2 ? hooks[name] : hooks[name].toSorted((a, b) => b.priority - a.priority);
  const failed = (name: string, pluginId: string, error: unknown) =>
    log.error(`[hooks] ${name} handler from ${pluginId} failed: ${messageOf(error)}`, { plugin: pluginId });

  /** Asks one handler after the other; `take` returns true when the others need not be asked. */
  const ask = async <N extends PluginHookName>(
    name: N,
    eventNow: () => HookEvent<N>,
    context: HookContext<N>,
    take: (result: NonNullable<HookResult<N>>) => boolean,
  ): Promise<void> => {
    for (const { pluginId, handler } of handlersOf(name)) {
      try {
        const result = await handler(eventNow(), context);
        if (result !== undefined && result !== null && take(result as NonNullable<HookResult<N>>)) return;
      } catch (error) {
        failed(name, pluginId, error);
      }
    }
  };

  return {
    has: (name) => hooks[name].length > 0,
    async tell(name, event, context) {
      await Promise.all(
        handlersOf(name).map(async ({ pluginId, handler }) => {
          try {
            await handler(event, context);
          } catch (error) {
            failed(name, pluginId, error);
          }
        }),
      );
    },
    async beforeAgentStart(event, context) {
      let systemPrompt: string | undefined;
      const contexts: string[] = [];
      await ask(
        "before_agent_start",
        () => event,
        context,
        (result) => {
          systemPrompt = result.systemPrompt ?? systemPrompt;
          if (result.prependContext) contexts.push(result.prependContext);
          return false;
        },
      );
      return {
        ...(systemPrompt === undefined ? {} : { systemPrompt }),
        ...(contexts.length === 0 ? {} : { prependContext: contexts.join("\n\n") }),
      };
    },
    async beforeToolCall({ toolName, params: given }, context) {
      let params = given;
      let blocked: string | undefined;
      await ask(
        "before_tool_call",
        () => ({ toolName, params }),
        context,
        (result) => {
          if (result.params) params = { ...params, ...result.params };
          if (result.block) blocked = result.blockReason ?? blockedText;
          return blocked !== undefined;
        },
      );
      return blocked === undefined ? { params } : { blocked };
    },
    async messageSending(event, context) {
      let { content } = event;
      let cancelled = false;
      await ask(
        "message_sending",
        () => ({ ...event, content }),
        context,
        (result) => {
          content = result.content ?? content;
          cancelled = result.cancel === true;
          return cancelled;
        },
      );
      return cancelled ? { cancelled: true } : { content };
    },
    toolResultPersist(event, context) {
      let { message } = event;
      for (const { pluginId, handler } of handlersOf("tool_result_persist")) {
        try {
          const result = handler({ ...event, message }, context);
          if (result instanceof Promise) {
            log.warn(`[hooks] tool_result_persist handler from ${pluginId} returned a promise; it is ignored`);
            result.catch((error: unknown) => failed("tool_result_persist", pluginId, error));
          } else if (result?.message !== undefined && result.message !== null) message = result.message;
        } catch (error) {
          failed("tool_result_persist", pluginId, error);
        }
      }
      return message;
    },
  };
}
