import os from "node:os";
import type { TuiOptions } from "@openclaw/tui";
import { connectGateway } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import type { CommandContext } from "../run/command-context.ts";
import { colorLevel } from "../terminal/style.ts";

/** What the terminal chat is opened with: where its Gateway is, and what is said there. */
export type ChatOptions = TargetFlags &
  Pick<TuiOptions, "session" | "message" | "thinking" | "deliver" | "timeoutMs" | "historyLimit">;

/** Chats in this terminal until the person leaves. @throws CliError, GatewayCallError when there is no Gateway */
export async function runChat(options: ChatOptions, context: CommandContext): Promise<void> {
  const { session, message, thinking, deliver, timeoutMs, historyLimit, ...target } = options;
  const { runTui } = await import("@openclaw/tui");
  const ended = new AbortController();
  const end = () => ended.abort();
  const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    await runTui({
      async connect(events) {
        const {
          client,
          target: found,
          close,
        } = await connectGateway({
          context,
          ...target,
          client: { id: "gateway-client", displayName: "openclaw-tui", mode: "ui" },
          caps: ["tool-events"],
          reconnect: true,
          ...events,
        });
        return { client, url: found.url, close };
      },
      env: context.env,
      cwd: context.cwd,
      home: context.env.HOME ?? os.homedir(),
      colors: context.style.enabled ? colorLevel(context.env) : 0,
      session,
      message,
      thinking,
      deliver: deliver ?? false,
      timeoutMs,
      ...(historyLimit !== undefined && { historyLimit }),
      signal: ended.signal,
      now: context.now,
    });
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}
