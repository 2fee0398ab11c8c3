import { type Subagents, subagentName } from "@openclaw/agent-runtime";
import type { PluginCommands } from "@openclaw/plugins";
import type { ApprovalDesk } from "../approvals/approval-desk.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { type CommandParts, createGatewayCommands, type GatewayCommands } from "./gateway-commands.ts";
import { createSubagentControl } from "./subagent-control.ts";

/** How long a restart by command waits, so that its answer is sent before, ms. */
const restartDelayMs = 2000;

export interface OpenCommandsOptions
  extends Omit<CommandParts, "queueOf" | "stop" | "subagents" | "restart" | "provided" | "pluginCommands"> {
  /** The commands of plugins, once they are loaded. */
  pluginCommands(): PluginCommands | undefined;
  /** Made after the commands, which it needs itself. */
  pipeline(): Pipeline;
  subagents(): Subagents | undefined;
  approvalDesk: ApprovalDesk;
  requestRestart(request: { reason: string; delayMs: number }): void;
}

/** The commands of a Gateway, with what they act on outside of sessions and configuration. */
export function openCommands(options: OpenCommandsOptions): GatewayCommands {
  const { runtime, approvalDesk, subagents, pipeline } = options;
  const subagentControl = createSubagentControl(subagents, subagentName);
  return createGatewayCommands({
    ...options,
    queueOf(sessionKey, channel) {
      const { waiting, ...settings } = pipeline().queueOf(sessionKey, channel);
      return { ...settings, depth: waiting };
    },
    stop(sessionKey) {
      const { discarded } = pipeline().abort(sessionKey, { reason: "stop" });
      return { subagents: subagents()?.stopChildren(sessionKey) ?? 0, discarded };
    },
    subagents: (sessionKey) => subagentControl.facts(sessionKey),
    restart: () => options.requestRestart({ reason: "/restart", delayMs: restartDelayMs }),
    provided: {
      subagents: subagentControl.control,
      bash: runtime.bash,
      compaction: {
        async compact(sessionKey, instructions) {
          const { status, reason, text, tokensBefore, tokensAfter } = await runtime.compactSession({
            sessionKey,
            ...(instructions === undefined ? {} : { instructions }),
          });
          if (status !== "compacted") {
            return { status: status === "skipped" ? status : "failed", reason: reason ?? text };
          }
          return {
            status,
            ...(tokensBefore === undefined ? {} : { tokensBefore }),
            ...(tokensAfter === undefined ? {} : { tokensAfter }),
          };
        },
      },
      approvals: {
        async resolveApproval(id, decision, by) {
          const { result } = approvalDesk.resolveApproval(id, decision, by);
          if (result === "unknown") throw new Error(`unknown approval id ${id}`);
          if (result === "ambiguous") throw new Error(`several approvals begin with ${id}; use more of the id`);
        },
      },
    },
  });
}
