import type { SelectItem, SlashCommand } from "@earendil-works/pi-tui";
import { type GatewayClient, GatewayClientError } from "@openclaw/client";
import { printableLine } from "./printable.ts";
import { slashCommands } from "./slash-commands.ts";

/** Lists whose entries commands take, by the name of the command. */
const lists = { agent: "agents", session: "sessions", model: "models" } as const;

/** What a list offers now. */
export type ListOffers = (list: (typeof lists)[keyof typeof lists]) => Promise<readonly SelectItem[]>;

/** The chat's own commands for completion, with the values that may stand behind them. */
export function ownCommands(offers: ListOffers): SlashCommand[] {
  return slashCommands.map(({ name, description, argument }) => ({
    name,
    description,
    ...(argument !== undefined && { argumentHint: argument }),
    ...valuesOf(name, argument, offers),
  }));
}

function valuesOf(
  name: string,
  argument: string | undefined,
  offers: ListOffers,
): Pick<SlashCommand, "getArgumentCompletions"> {
  if (name === "agent" || name === "session" || name === "model") {
    return {
      async getArgumentCompletions(typed) {
        try {
          const items = await offers(lists[name]);
          return items.filter(({ value }) => value.toLowerCase().includes(typed.trim().toLowerCase()));
        } catch (error) {
          // Without the Gateway there is nothing to offer; what is typed still goes.
          if (error instanceof GatewayClientError) return null;
          throw error;
        }
      },
    };
  }
  if (!argument?.includes("|")) return {};
  const values = argument.split("|").map((value) => ({ value, label: value }));
  return { getArgumentCompletions: (typed) => startingWith(values, typed) };
}

const startingWith = <T extends { value: string }>(items: readonly T[], typed: string) =>
  items.filter(({ value }) => value.startsWith(typed));

/** The Gateway's commands, without those the chat has itself. An older Gateway does not tell them. */
export async function gatewayCommands(client: GatewayClient): Promise<SlashCommand[]> {
  const own = new Set(slashCommands.map(({ name }) => name));
  try {
    const { commands } = await client.request("commands.list", { scope: "text" });
    return commands
      .flatMap(({ textAliases, description, args }) => {
        const choices = args?.[0]?.choices?.map(({ value, label }) => ({ value, label: printableLine(label) })) ?? [];
        return textAliases.map((alias) => ({
          name: alias.replace(/^\//, ""),
          description: printableLine(description),
          ...(choices.length > 0 && { getArgumentCompletions: (typed: string) => startingWith(choices, typed) }),
        }));
      })
      .filter(({ name }) => !own.has(name));
  } catch (error) {
    // Completion of what the Gateway knows is all that is lost.
    if (error instanceof GatewayClientError) return [];
    throw error;
  }
}
