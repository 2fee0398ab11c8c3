import { existsSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import type { OnboardOptions } from "../onboard-options.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { GatewayAnswer, SetupWorld } from "../setup-world.ts";
import { workspaceOf } from "../workspace-place.ts";

/** The first words to an assistant that does not know who it is yet. */
const wakeUp = "Wake up, my friend!";

/** The first conversation. @returns whether the address of the Control UI was shown */
export async function hatchStep(
  config: OpenClawConfig,
  gateway: GatewayAnswer,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<boolean> {
  const { host, hint, paths } = world;
  // Without a terminal there is nowhere to chat but with a Gateway that runs.
  if (options.skipUi || (host.chat === undefined && !gateway.ok)) return false;
  const message = existsSync(path.join(workspaceOf(config, paths), "BOOTSTRAP.md")) ? wakeUp : undefined;
  if (message !== undefined) {
    await prompter.note(
      "The assistant does not know yet who it is. Say hello, and find out together.",
      "Start TUI (best option!)",
    );
  }
  if (gateway.ok) {
    await prompter.note(
      config.gateway?.auth?.mode === "password"
        ? "The Control UI asks for the password that was set."
        : `The Control UI asks for the token of the Gateway: ${hint("openclaw config get gateway.auth.token")}`,
      "Token",
    );
  }
  const way = await prompter.select<"tui" | "web" | "later">({
    message: "How do you want to hatch your bot?",
    options: [
      {
        value: "tui",
        label: "Hatch in TUI",
        hint: gateway.ok ? "recommended" : "with a Gateway that runs as long as the chat",
      },
      ...(gateway.ok ? [{ value: "web" as const, label: "Open the Control UI" }] : []),
      { value: "later", label: "Later" },
    ],
    initial: "tui",
  });
  if (way === "tui") await openChat(config, message, gateway.ok, prompter, world);
  if (way === "web") await openWeb(config, prompter, world);
  return way === "web";
}

async function openChat(
  config: OpenClawConfig,
  message: string | undefined,
  gateway: boolean,
  prompter: SetupPrompter,
  { host, hint }: SetupWorld,
): Promise<void> {
  if (host.chat === undefined) {
    const said = message === undefined ? "" : ` --message "${message}"`;
    return prompter.note(`Run this in a terminal: ${hint("openclaw tui")}${said}`, "Start TUI");
  }
  try {
    await host.chat(config, { message, gateway });
  } catch (error) {
    // The installation is complete; that nobody answers yet is said, and can be tried again.
    await prompter.note(error instanceof Error ? error.message : String(error), "No chat");
  }
}

async function openWeb(config: OpenClawConfig, prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  const { host, hint, env } = world;
  const url = host.dashboardUrl(config);
  // Who answers over the protocol has a browser elsewhere.
  const opened = host.chat !== undefined && (await host.openBrowser(url));
  const { port } = new URL(url);
  const tunnel = [
    "No browser can be opened here. From your own computer:",
    `ssh -N -L ${port}:127.0.0.1:${port} ${env.USER ?? "user"}@<this machine>`,
  ];
  await prompter.note(
    [
      ...(opened ? [`Opened ${url}`] : [...(host.chat === undefined ? [] : tunnel), `Then open: ${url}`]),
      config.gateway?.auth?.mode === "password"
        ? "The page asks for the password that was set."
        : `Paste the token when the page asks for it: ${hint("openclaw config get gateway.auth.token")}`,
    ].join("\n"),
    "Dashboard ready",
  );
}
