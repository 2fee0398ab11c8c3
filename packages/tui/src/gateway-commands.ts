import type { SlashCommand } from "@earendil-works/pi-tui";
import { type GatewayClient, GatewayClientError } from "@openclaw/client";
import { printableLine } from "./printable.ts";
import { slashCommands } from "./slash-commands.ts";

/** The chat's own commands for completion. */
export function ownCommands(): SlashCommand[] {
  return slashCommands.map(({ name, description, argument }) => ({
    name,
    description,
    ...(argument?.includes("|")
      ? {
          argumentHint: argument,
          getArgumentCompletions: (prefix: string) =>
            argument
              .split("|")
              .filter((value) => value.startsWith(prefix))
              .map((value) => ({ value, label: value })),
        }
      : {}),
  }));
}

/** The Gateway's commands, without those the chat has itself. An older Gateway does not tell them. */
export async function gatewayCommands(client: GatewayClient): Promise<SlashCommand[]> {
  const own = new Set(slashCommands.map(({ name }) => name));
  try {
    const { commands } = await client.request("commands.list", { scope: "text" });
    return commands
      .flatMap(({ textAliases, description }) =>
        textAliases.map((alias) => ({ name: alias.replace(/^\//, ""), description: printableLine(description) })),
      )
      .filter(({ name }) => !own.has(name));
  } catch (error) {
    // Completion of what the Gateway knows is all that is lost.
    if (error instanceof GatewayClientError) return [];
    throw error;
  }
}
