import { runChat } from "../chat/run-chat.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { tuiFlags } from "../spec/tui-commands.ts";

/** Most messages the Gateway gives at once. */
const maxHistory = 1000;

/** `tui`: chats in the terminal until the person leaves. */
export async function run({ flags }: CommandInput<typeof tuiFlags>, context: CommandContext): Promise<number> {
  if (!context.stdin.isTTY || !context.stdout.isTTY) {
    throw new CliError(
      [
        "openclaw tui needs a terminal on its input and output.",
        `Fix: for one answer, run ${context.hint('openclaw agent --session-id main -m "…"')}.`,
      ],
      { code: "needs-terminal" },
    );
  }
  const timeoutMs = readTimeout(flags["timeout-ms"], context);
  await runChat({ ...flags, timeoutMs, historyLimit: Math.min(flags["history-limit"], maxHistory) }, context);
  return 0;
}

function readTimeout(text: string | undefined, context: CommandContext): number | undefined {
  if (text === undefined) return undefined;
  const ms = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(ms) && ms >= 0) return ms;
  context.warn(`warning: invalid --timeout-ms "${text}"; ignoring`);
  return undefined;
}
