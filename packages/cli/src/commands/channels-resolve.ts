import { gatewayCall } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsResolveFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { listOf, recordOf, textOf } from "./payload.ts";

/** `channels resolve`: ids for names. */
export async function run(
  { flags, args }: CommandInput<typeof channelsResolveFlags>,
  context: CommandContext,
): Promise<undefined> {
  const entries = args.map((entry) => entry.trim()).filter((entry) => entry !== "");
  if (entries.length === 0) throw new CliError("At least one entry is required.");
  const answer = recordOf(
    await gatewayCall({
      context,
      method: "channels.resolve",
      params: {
        entries,
        kind: flags.kind,
        ...(flags.channel === undefined ? {} : { channel: flags.channel }),
        ...(flags.account === undefined ? {} : { accountId: flags.account }),
      },
    }),
  );
  const results = listOf(answer.results).map(recordOf);
  if (flags.json) {
    context.printJson(results);
    return undefined;
  }
  for (const { input, resolved, id, name, note } of results) {
    if (resolved !== true) context.warn(`${textOf(input)} -> unresolved (${textOf(note) ?? "not found"})`);
    else context.print(`${textOf(input)} -> ${textOf(id)}${textOf(name) === undefined ? "" : ` (${textOf(name)})`}`);
  }
}
