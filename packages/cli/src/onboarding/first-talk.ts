import { defaultAgentIdOf } from "@openclaw/sessions";
import { embeddedTurn } from "../agent/embedded-turn.ts";
import { gatewayTurn } from "../agent/gateway-turn.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Says something to the default agent and returns what it answers: through the Gateway, or in this process without one. */
export async function firstTalk(
  message: string,
  context: CommandContext,
  { gateway }: { gateway: boolean },
): Promise<string> {
  const { config } = await context.config();
  const agentId = defaultAgentIdOf(config);
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
  if (!outcome.ok) throw new CliError(outcome.error ?? "The assistant did not answer.", { code: "no-answer" });
  return outcome.payloads.map(({ text }) => text).join("\n\n");
}
