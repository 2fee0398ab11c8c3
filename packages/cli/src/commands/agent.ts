import type { AgentTurn, TurnOutcome, TurnTarget } from "../agent/agent-turn.ts";
import { gatewayTurn } from "../agent/gateway-turn.ts";
import { GatewayCallError } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentFlags } from "../spec/agent-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { startProgress } from "../terminal/progress.ts";

type Flags = CommandInput<typeof agentFlags>["flags"];

/** `agent`: one turn, through the Gateway or in this process. */
export async function run({ flags }: { flags: Flags }, context: CommandContext): Promise<number> {
  const turn = readTurn(flags);
  const progress = startProgress("Waiting for agent reply…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: flags.json,
  });
  let outcome: TurnOutcome;
  try {
    outcome = flags.local ? await embedded(turn, context) : await throughGateway(turn, flags, context, progress.stop);
  } finally {
    progress.stop();
  }
  if (flags.json) context.printJson(outcome.document);
  else printReply(outcome, context);
  if (outcome.ok) return 0;
  context.warn(context.errorStyle.error(outcome.error ?? "The run failed."));
  return 1;
}

function readTurn(flags: Flags): AgentTurn {
  const message = flags.message.trim();
  if (message === "") throw new CliError("Message (--message) is required");
  return {
    message,
    target: readTarget(flags),
    thinking: flags.thinking,
    verbose: flags.verbose,
    channel: flags.channel,
    replyTo: flags["reply-to"],
    replyChannel: flags["reply-channel"],
    replyAccount: flags["reply-account"],
    deliver: flags.deliver,
    timeoutSeconds: flags.timeout,
  };
}

function readTarget(flags: Flags): TurnTarget {
  const agentId = flags.agent?.trim().toLowerCase() || undefined;
  const sessionId = flags["session-id"]?.trim();
  const to = flags.to?.trim();
  if (sessionId) return { kind: "session-id", sessionId, agentId };
  if (to) return { kind: "to", to, agentId };
  if (agentId !== undefined) return { kind: "agent", agentId };
  throw new CliError("Pass --to <E.164>, --session-id, or --agent to choose a session");
}

/** Falls back to this process only when the Gateway cannot have heard of the message. */
async function throughGateway(
  turn: AgentTurn,
  flags: Flags,
  context: CommandContext,
  stopProgress: () => void,
): Promise<TurnOutcome> {
  try {
    return await gatewayTurn(turn, context, flags);
  } catch (error) {
    if (!(error instanceof GatewayCallError) || error.stage !== "connect" || flags.url) throw error;
    stopProgress();
    context.warn(`Gateway agent failed; falling back to embedded: ${error.reason}`);
    return embedded(turn, context);
  }
}

async function embedded(turn: AgentTurn, context: CommandContext): Promise<TurnOutcome> {
  if (turn.deliver) {
    throw new CliError("--deliver needs the Gateway: no channel can be reached from this process.");
  }
  const { embeddedTurn } = await import("../agent/embedded-turn.ts");
  return embeddedTurn(turn, context);
}

function printReply({ ok, payloads }: TurnOutcome, context: CommandContext): void {
  const shown = payloads.filter(({ text, mediaUrls }) => text !== "" || mediaUrls.length > 0);
  if (shown.length === 0 && ok) return context.print("No reply from agent.");
  for (const { text, mediaUrls } of shown) {
    if (text !== "") context.print(text);
    for (const url of mediaUrls) context.print(`MEDIA:${context.shorten(url)}`);
  }
}
