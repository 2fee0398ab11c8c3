import { resolvePrefix } from "@openclaw/agent-runtime";
import { type ChannelRoute, chatKeyOf, createDeliveryShape } from "../pipeline/reply.ts";
import type { UnattendedOutcome } from "../pipeline/unattended-outcome.ts";
import type { AutomationGateway } from "./automation-parts.ts";

type Payload = UnattendedOutcome["payloads"][number];

/** Puts what nobody asked for in a chat into the outbox, in the form the chat wants; the same id is sent once. */
export type PostUnasked = (message: {
  id: string;
  route: ChannelRoute;
  agentId: string;
  payloads: readonly Payload[];
  model?: { provider?: string | undefined; model?: string | undefined };
}) => Promise<void>;

export function createUnaskedDelivery(
  gateway: Pick<AutomationGateway, "outbox" | "replySettings" | "agents">,
): PostUnasked {
  return async ({ id, route, agentId, payloads, model }) => {
    const settings = gateway.replySettings(route, agentId);
    const shape = createDeliveryShape(route, settings, {
      prefix: () =>
        settings.prefix === undefined
          ? ""
          : resolvePrefix(settings.prefix, {
              provider: model?.provider ?? "",
              model: model?.model ?? "",
              thinkingLevel: undefined,
              identityName: gateway.agents.givenName(agentId),
            }),
      begun: false,
    });
    const deliveries = payloads.flatMap((payload) => shape.deliveries(payload));
    if (deliveries.length > 0) await gateway.outbox.post(chatKeyOf(route), id, deliveries);
  };
}
