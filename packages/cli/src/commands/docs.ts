import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

const address = "https://docs.openclaw.ai";

/** `docs`: where the manual is, or what it says about something. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  const query = args.join(" ").trim();
  if (query === "") {
    context.print(`Docs: ${context.style.link(address)}`);
    return void context.print(`Search: ${context.hint('openclaw docs "your query"')}`);
  }
  if (context.manualDir === undefined) {
    throw new CliError(`Docs search failed: this installation has no manual. Read it at ${address}`);
  }
  const { searchManual } = await import("../manual/search-manual.ts");
  const found = searchManual(context.manualDir, query);
  if (found.length === 0) return void context.print("No results.");
  for (const { part, snippet } of found) {
    const title = part.heading === part.page ? part.page : `${part.page}: ${part.heading}`;
    if (context.stdout.isTTY) {
      context.print(context.style.heading(title));
      context.print(`  ${context.style.link(address + part.place)}`);
      if (snippet !== "") context.print(`  ${context.style.muted(snippet)}`);
    } else context.print(`- [${title}](${address}${part.place})${snippet === "" ? "" : ` - ${snippet}`}`);
  }
}
