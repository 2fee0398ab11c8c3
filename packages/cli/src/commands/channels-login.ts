import type { Channel, ChannelLog } from "@openclaw/plugin-sdk";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { tellGateway } from "../channels/tell-gateway.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsLoginFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { terminalLog } from "../terminal/terminal-log.ts";

/** `channels login`: links an account with a QR in the terminal, and has the Gateway start it. */
export async function run(
  { flags }: CommandInput<typeof channelsLoginFlags>,
  given: CommandContext,
): Promise<undefined> {
  const named = flags.channel.trim().toLowerCase() === "web" ? "whatsapp" : flags.channel;
  const context = await withPluginChannels(given, named);
  const local = localChannels(context);
  const channel = await local.load(named);
  const { id, label } = channel.meta;
  if (channel.login === undefined && channel.terminalLogin !== undefined) {
    return signIn(channel, flags, context);
  }
  if (channel.login === undefined) throw new CliError(`Channel ${id} does not support login`);
  const { config } = await context.config();
  const input = local.account(channel, config, flags.account);
  const account = channel.accounts?.resolve(input) ?? input.config;
  const { renderUnicodeCompact } = await import("uqr");
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Error("interrupted"));
  process.once("SIGINT", interrupted);
  try {
    // Two connections would fight over one link.
    await tellGateway("channels.stop", id, input.accountId, context);
    context.print(`Waiting for ${label} connection...`);
    const result = await channel.login.login({
      ...input,
      account,
      force: true,
      ...(flags.phone === undefined ? {} : { phoneNumber: flags.phone }),
      log: flags.verbose ? terminalLog(context) : silent,
      signal: stop.signal,
      onQr(content) {
        context.print(`Scan this QR in ${label} (Linked Devices):`);
        context.print(renderUnicodeCompact(content, { ecc: "L" }));
      },
      onPairingCode(code) {
        context.print(`Type this code in ${label} (Linked Devices, Link with phone number):`);
        context.print(`Pairing code: ${code}`);
      },
    });
    if (!result.linked) throw new CliError(`Channel login failed: ${result.message}`);
    context.print(
      result.restarted
        ? "✅ Linked after restart; web session ready."
        : "✅ Linked! Credentials saved for future sends.",
    );
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`Channel login failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    process.removeListener("SIGINT", interrupted);
    await tellGateway("channels.start", id, input.accountId, context);
  }
}

/** The channel asks and shows by itself; whoever runs the account begins anew with what was made. */
async function signIn(
  channel: Channel,
  { account, verbose }: { account?: string | undefined; verbose: boolean },
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  const input = localChannels(context).account(channel, config, account);
  const { id } = channel.meta;
  await tellGateway("channels.stop", id, input.accountId, context);
  try {
    await channel.terminalLogin?.({
      ...input,
      account: channel.accounts?.resolve(input) ?? input.config,
      verbose,
      log: terminalLog(context),
    });
  } catch (error) {
    throw new CliError(`Channel login failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await tellGateway("channels.start", id, input.accountId, context);
  }
}

const silent: ChannelLog = { error() {}, warn() {}, info() {}, debug() {} };
