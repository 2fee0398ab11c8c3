import { gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { systemFlags } from "../spec/system-commands.ts";

/** Asks the Gateway and prints what it answers. */
export async function printAnswer(
  { flags }: CommandInput<typeof systemFlags>,
  context: CommandContext,
  method: string,
  params: object = {},
): Promise<undefined> {
  const { url, token, password, timeout } = flags;
  context.printJson(
    await gatewayCall({
      context,
      url,
      token,
      password,
      timeoutMs: timeout,
      expectFinal: flags["expect-final"],
      method,
      params,
    }),
  );
}
