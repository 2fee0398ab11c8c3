import { embeddedTurn } from "../agent/embedded-turn.ts";
import { gatewayTurn } from "../agent/gateway-turn.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Says something to the default agent and prints what it answers: through the Gateway, or in this process without one. */
export async function firstTalk(
  message: string,
  context: CommandContext,
  { gateway }: { gateway: boolean },
): Promise<void> {
  const { config } = await context.config();
  const agentId = config.agents?.list?.find((agent) => agent.default)?.id ?? config.agents?.list?.[0]?.id ?? "main";
  const turn = {
    message,
    target: { kind: "agent" as const, agentId },
    thinking: undefined,
    verbose: undefined,
    channel: undefined,
    replyTo: undefined,
    replyChannel: undefined,
    replyAccount: undefined,
    deliver: false,
    timeoutSeconds: undefined,
  };
  const outcome = await (gateway ? gatewayTurn(turn, context, {}) : embeddedTurn(turn, context));
  for (const { text } of outcome.payloads) context.print(text);
  if (!outcome.ok) context.warn(context.errorStyle.warn(outcome.error ?? "The assistant did not answer."));
}
