import { gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { directoryFlags, directoryMembersFlags, directorySelfFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { renderTable } from "../terminal/table.ts";
import { listOf, recordOf, textOf } from "./payload.ts";

interface Asked {
  list: "self" | "peers" | "groups" | "members";
  channel: string | undefined;
  account: string | undefined;
  groupId?: string;
  query?: string | undefined;
  limit?: number | undefined;
  json: boolean;
}

/** `directory self` */
export async function self({ flags }: CommandInput<typeof directorySelfFlags>, context: CommandContext) {
  return show({ list: "self", ...flags }, "Self", "Not available.", context);
}

/** `directory peers list` */
export async function peers({ flags }: CommandInput<typeof directoryFlags>, context: CommandContext) {
  return show({ list: "peers", ...flags }, "Peers", "No peers found.", context);
}

/** `directory groups list` */
export async function groups({ flags }: CommandInput<typeof directoryFlags>, context: CommandContext) {
  return show({ list: "groups", ...flags }, "Groups", "No groups found.", context);
}

/** `directory groups members` */
export async function members({ flags }: CommandInput<typeof directoryMembersFlags>, context: CommandContext) {
  const { "group-id": groupId, ...rest } = flags;
  return show({ list: "members", groupId, ...rest }, "Group Members", "No group members found.", context);
}

async function show(asked: Asked, heading: string, none: string, context: CommandContext): Promise<undefined> {
  const { list, channel, account, groupId, query, limit, json } = asked;
  const answer = recordOf(
    await gatewayCall({
      context,
      method: "channels.directory",
      params: {
        list,
        ...(channel === undefined ? {} : { channel }),
        ...(account === undefined ? {} : { accountId: account }),
        ...(groupId === undefined ? {} : { groupId }),
        ...(query === undefined ? {} : { query }),
        ...(limit === undefined ? {} : { limit }),
      },
    }),
  );
  const entries = listOf(answer.entries).map(recordOf);
  if (json) {
    context.printJson(list === "self" ? (entries[0] ?? null) : entries);
    return undefined;
  }
  if (entries.length === 0) {
    context.print(none);
    return undefined;
  }
  context.print(context.style.heading(list === "self" ? heading : `${heading} (${entries.length})`));
  context.print(
    renderTable(
      [{ title: "ID" }, { title: "Name", flexible: true }],
      entries.map((entry) => [textOf(entry.id) ?? "", textOf(entry.name) ?? textOf(entry.handle) ?? ""]),
      { width: context.stdout.columns, style: context.style },
    ),
  );
}
