import path from "node:path";
import { openChatPairing } from "@openclaw/gateway/pairing";
import { channelFileId, localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { pairingListFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { renderTable } from "../terminal/table.ts";

/** `pairing list`: who waits to be let in on a channel. */
export async function run(
  { flags, args }: CommandInput<typeof pairingListFlags>,
  given: CommandContext,
): Promise<undefined> {
  const named = flags.channel ?? args[0];
  const context = named === undefined ? given : await withPluginChannels(given, named);
  if (named === undefined || named.trim() === "") throw channelRequired(context);
  const channel = channelFileId(named, context);
  const requests = chatPairing(context).pending(channel);
  if (flags.json) {
    context.printJson({ channel, requests });
    return undefined;
  }
  if (requests.length === 0) {
    context.print(`No pending ${channel} pairing requests.`);
    return undefined;
  }
  const idLabel = (await localChannels(context).entry(channel)?.load())?.access?.idLabel ?? "id";
  context.print(context.style.heading(`Pairing requests (${requests.length})`));
  context.print(
    renderTable(
      [{ title: "Code" }, { title: idLabel }, { title: "Meta", flexible: true }, { title: "Requested" }],
      requests.map(({ code, id, meta, createdAt }) => [
        code,
        id,
        meta === undefined ? "" : JSON.stringify(meta),
        createdAt,
      ]),
      { width: context.stdout.columns, style: context.style },
    ),
  );
}

export function chatPairing({ paths, now }: Pick<CommandContext, "paths" | "now">) {
  return openChatPairing({ dir: path.join(paths.stateDir, "credentials"), clock: { now } });
}

export function channelRequired({ channels }: Pick<CommandContext, "channels">): CliError {
  const ids = channels.map(({ meta }) => meta.id).join(", ");
  return new CliError(
    `Channel required. Use --channel <channel> or pass it as the first argument (expected one of: ${ids})`,
  );
}
