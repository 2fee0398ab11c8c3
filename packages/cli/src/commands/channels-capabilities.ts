import { gatewayCall } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsCapabilitiesFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { listOf, recordOf, textOf } from "./payload.ts";

/** `channels capabilities`: what channels can do, and what their services say of the account. */
export async function run(
  { flags }: CommandInput<typeof channelsCapabilitiesFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { channel, account, target, timeout, json } = flags;
  if (account !== undefined && channel === undefined) throw new CliError("--account requires a specific --channel.");
  if (target !== undefined && channel !== "discord") throw new CliError("--target requires --channel discord.");
  const answer = recordOf(
    await gatewayCall({
      context,
      timeoutMs: timeout + 5000,
      method: "channels.capabilities",
      params: {
        timeoutMs: timeout,
        ...(channel === undefined ? {} : { channel }),
        ...(account === undefined ? {} : { accountId: account }),
      },
    }),
  );
  const permissions =
    target === undefined
      ? undefined
      : recordOf(
          await gatewayCall({
            context,
            timeoutMs: timeout + 5000,
            method: "message.action",
            params: {
              action: "permissions",
              channel,
              ...(account === undefined ? {} : { accountId: account }),
              params: { target },
              idempotencyKey: crypto.randomUUID(),
            },
          }),
        ).payload;
  const channels = listOf(answer.channels).map(recordOf);
  const shown: Record<string, unknown>[] =
    permissions === undefined ? channels : channels.map((each) => ({ ...each, permissions }));
  if (json) {
    context.printJson({ channels: shown });
    return undefined;
  }
  if (shown.length === 0) {
    context.print("No channel is configured.");
    return undefined;
  }
  for (const { channel: id, accountId, configured, enabled, support, actions, probe, permissions: granted } of shown) {
    context.print(context.style.heading(`${textOf(id)} ${textOf(accountId)}`));
    context.print(`  configured: ${configured === true ? "yes" : "no"}, enabled: ${enabled === true ? "yes" : "no"}`);
    context.print(`  support: ${supportText(recordOf(support))}`);
    context.print(`  actions: ${listOf(actions).join(", ")}`);
    if (probe !== undefined) context.print(`  probe: ${JSON.stringify(probe)}`);
    if (granted !== undefined) context.print(`  permissions: ${JSON.stringify(granted)}`);
  }
}

function supportText({ chatKinds, ...features }: Record<string, unknown>): string {
  const on = Object.entries(features).flatMap(([name, value]) => (value === true ? [name] : []));
  return [listOf(chatKinds).join("/"), ...on].filter((text) => text !== "").join(", ");
}
