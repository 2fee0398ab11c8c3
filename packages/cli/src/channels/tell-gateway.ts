import { GatewayCallError, gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";

/**
 * Has a Gateway that runs stop an account, or start it. One that does not run starts the account by itself, when it does.
 */
export async function tellGateway(
  method: "channels.stop" | "channels.start",
  channel: string,
  accountId: string,
  context: CommandContext,
): Promise<void> {
  try {
    await gatewayCall({ context, timeoutMs: 5000, method, params: { channel, accountId } });
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    if (error.stage === "request") context.warn(`The Gateway could not follow: ${error.reason}`);
  }
}
