import { subagentName } from "@openclaw/agent-runtime";
import type { GatewayApprovals } from "../approvals/open-approvals.ts";
import type { GatewayChannels } from "../channels/open-channels.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayMedia } from "../media/open-media.ts";
import type { GatewayModels } from "../open-models.ts";
import type { GatewayRuntime } from "../open-runtime.ts";
import type { GatewayStores } from "../open-stores.ts";
import type { GatewayPlugins } from "../plugins/gateway-plugins.ts";
import { createGatewayCommands, type GatewayCommands } from "./gateway-commands.ts";
import { createSubagentControl } from "./subagent-control.ts";

/** How long a restart by command waits, so that its answer is sent before, ms. */
const restartDelayMs = 2000;

/**
 * The commands of a Gateway, with what they act on outside of sessions and configuration.
 * @param channelIds ids of the channels that run here
 */
export function openCommands(
  gateway: GatewayBase &
    GatewayStores &
    GatewayModels &
    GatewayMedia &
    GatewayRuntime &
    Pick<GatewayApprovals, "approvalDesk"> &
    Pick<GatewayChannels, "channels"> & { plugins: GatewayPlugins },
  channelIds: readonly string[],
): GatewayCommands {
  const { models, media, runtime, approvalDesk, channels, plugins, env, fetch, clock, late } = gateway;
  const pipeline = late.pipeline.get;
  const subagents = () => late.agentTools.opened?.subagents;
  const subagentControl = createSubagentControl(subagents, subagentName);
  return createGatewayCommands({
    ...gateway,
    channels: channelIds,
    mediaParts: (key) => media.statusParts(key),
    async providerUsage(provider, agentId) {
      const { providerUsageLine } = await import("./provider-usage-line.ts");
      return providerUsageLine(provider, agentId, { models, env, fetch, clock });
    },
    buttonsPerRow: (chat) => channels.buttonsPerRow(chat),
    pluginCommands: () => plugins.host?.commands,
    queueOf(sessionKey, channel) {
      const { waiting, ...settings } = pipeline().queueOf(sessionKey, channel);
      return { ...settings, depth: waiting };
    },
    stop(sessionKey) {
      const { discarded } = pipeline().abort(sessionKey, { reason: "stop" });
      return { subagents: subagents()?.stopChildren(sessionKey) ?? 0, discarded };
    },
    subagents: (sessionKey) => subagentControl.facts(sessionKey),
    restart: () => gateway.requestRestart({ reason: "/restart", delayMs: restartDelayMs }),
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
