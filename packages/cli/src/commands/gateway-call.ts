import { gatewayCall } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayCallFlags } from "../spec/gateway-commands.ts";

/** `gateway call`: any method, its payload on standard output. */
export async function run(
  { flags, args }: CommandInput<typeof gatewayCallFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [method = ""] = args;
  const params = readParams(flags.params);
  try {
    const payload = await gatewayCall({
      context,
      method,
      params,
      url: flags.url,
      token: flags.token,
      password: flags.password,
      "tls-fingerprint": flags["tls-fingerprint"],
      timeoutMs: flags.timeout,
      expectFinal: flags["expect-final"],
    });
    if (!flags.json) context.print(`${context.style.heading("Gateway call:")} ${context.style.muted(method)}`);
    context.printJson(payload ?? null);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const [first, ...rest] = error.lines;
    throw new CliError([`Gateway call failed: ${first}`, ...rest], { code: error.code, cause: error });
  }
}

function readParams(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`--params must be a JSON object: ${reason}`, { code: "usage", cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CliError("--params must be a JSON object", { code: "usage" });
}
