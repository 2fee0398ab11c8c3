import { randomUUID } from "node:crypto";
import { approvedText } from "@openclaw/gateway/pairing";
import { gatewayCall } from "../call/gateway-call.ts";
import { channelFileId, localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { pairingApproveFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { terminalLog } from "../terminal/terminal-log.ts";
import { chatPairing } from "./pairing-list.ts";

/** `pairing approve`: lets in who has a code. The Gateway heeds it at the next message. */
export async function run(
  { flags, args }: CommandInput<typeof pairingApproveFlags>,
  given: CommandContext,
): Promise<undefined> {
  const [first = "", second] = args;
  const context = await withPluginChannels(given, flags.channel ?? first);
  if (flags.channel !== undefined && second !== undefined) {
    throw new CliError("Too many arguments. Use: openclaw pairing approve --channel <channel> <code>");
  }
  const [named, code] = flags.channel === undefined ? [first, second] : [flags.channel, first];
  if (code === undefined) {
    throw new CliError(
      "Usage: openclaw pairing approve <channel> <code> (or: openclaw pairing approve --channel <channel> <code>)",
    );
  }
  const channel = channelFileId(named, context);
  const place = await localChannels(context).entry(channel)?.load();
  if (place !== undefined && place.access?.idLine === undefined) {
    throw new CliError(`Channel ${channel} does not support pairing`);
  }
  const approved = await chatPairing(context).approve(channel, code);
  if (approved === undefined) throw new CliError(`No pending pairing request found for code: ${code}`);
  context.print(`Approved ${channel} sender ${approved.id}.`);
  if (!flags.notify) return;
  try {
    const told = place?.access?.approved;
    if (told !== undefined) {
      await told(approved.id, terminalLog(context));
      return;
    }
    const target = place?.access?.directChat?.(approved.id) ?? approved.id;
    await gatewayCall({
      context,
      method: "message.action",
      params: {
        action: "send",
        channel,
        params: { target, message: approvedText },
        idempotencyKey: randomUUID(),
      },
    });
  } catch (error) {
    context.warn(`Failed to notify requester: ${error instanceof Error ? error.message : String(error)}`);
  }
}
