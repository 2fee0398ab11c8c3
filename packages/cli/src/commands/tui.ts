import os from "node:os";
import { connectGateway } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { tuiFlags } from "../spec/tui-commands.ts";
import { colorLevel } from "../terminal/style.ts";

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
  const { runTui } = await import("@openclaw/tui");
  const ended = new AbortController();
  const end = () => ended.abort();
  const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    await runTui({
      async connect(events) {
        const { client, target, close } = await connectGateway({
          context,
          ...flags,
          client: { id: "gateway-client", displayName: "openclaw-tui", mode: "ui" },
          caps: ["tool-events"],
          reconnect: true,
          ...events,
        });
        return { client, url: target.url, close };
      },
      env: context.env,
      cwd: context.cwd,
      home: context.env.HOME ?? os.homedir(),
      colors: context.style.enabled ? colorLevel(context.env) : 0,
      session: flags.session,
      message: flags.message,
      thinking: flags.thinking,
      deliver: flags.deliver,
      timeoutMs,
      historyLimit: Math.min(flags["history-limit"], maxHistory),
      signal: ended.signal,
      now: context.now,
    });
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
  return 0;
}

function readTimeout(text: string | undefined, context: CommandContext): number | undefined {
  if (text === undefined) return undefined;
  const ms = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(ms) && ms >= 0) return ms;
  context.warn(`warning: invalid --timeout-ms "${text}"; ignoring`);
  return undefined;
}
