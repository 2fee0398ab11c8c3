import { existsSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { awaitGateway } from "../await-gateway.ts";
import type { OnboardOptions } from "../onboard-options.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { GatewayAnswer, SetupWorld } from "../setup-world.ts";
import { workspaceOf } from "../workspace-place.ts";

/** The first words to an assistant that does not know who it is yet. */
const wakeUp = "Wake up, my friend!";

/** Waits for the Gateway and asks how it is. What is wrong is told and stops nothing. */
export async function healthStep(
  config: OpenClawConfig,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<GatewayAnswer> {
  const progress = prompter.progress("Waiting for the Gateway");
  const health = await awaitGateway(config, world);
  progress.stop(health.ok ? "Gateway: healthy" : "Gateway: not reachable");
  if (!health.ok) {
    await prompter.note(
      [
        `The Gateway does not answer: ${health.error}`,
        `Start it: ${world.hint("openclaw gateway run")}`,
        "https://docs.openclaw.ai/gateway/health",
        "https://docs.openclaw.ai/gateway/troubleshooting",
      ].join("\n"),
      "Health",
    );
  }
  return health;
}

/** Where everything is found from now on. */
export async function tellControlUi(
  config: OpenClawConfig,
  gateway: GatewayAnswer,
  prompter: SetupPrompter,
  { host }: SetupWorld,
): Promise<void> {
  await prompter.note("Apps for macOS, iOS and Android add notifications, a camera and a voice.", "Optional apps");
  const url = host.dashboardUrl(config);
  await prompter.note(
    [
      `Web UI: ${url}`,
      `Gateway WS: ${url.replace(/^http/, "ws").replace(/\/$/, "")}`,
      `Gateway: ${gateway.ok ? "reachable" : `not detected (${gateway.error})`}`,
    ].join("\n"),
    "Control UI",
  );
}

/** The first conversation. */
export async function hatchStep(
  config: OpenClawConfig,
  gateway: GatewayAnswer,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  const { host, hint, paths } = world;
  if (options.skipUi || host.talk === undefined) return;
  const isNew = existsSync(path.join(workspaceOf(config, paths), "BOOTSTRAP.md"));
  if (isNew && gateway.ok) {
    await prompter.note(
      "The assistant does not know yet who it is. Say hello, and find out together.",
      "Start TUI (best option!)",
    );
  }
  if (gateway.ok) {
    await prompter.note(
      `The page and the chat ask for the token: ${hint("openclaw config get gateway.auth.token")}`,
      "Token",
    );
  }
  const here = gateway.ok ? "Say hello here" : "Say hello here, without a Gateway";
  const way = await prompter.select({
    message: "How do you want to hatch your bot?",
    options: [
      { value: "tui", label: here, hint: "recommended" },
      ...(gateway.ok ? [{ value: "web" as const, label: "Open the Control UI" }] : []),
      { value: "later", label: "Later" },
    ],
  });
  if (way === "tui") await talk(host.talk, config, isNew ? wakeUp : "Hello!", gateway.ok, prompter);
  if (way === "web") await openWeb(config, prompter, world);
}

async function talk(
  say: NonNullable<SetupWorld["host"]["talk"]>,
  config: OpenClawConfig,
  message: string,
  gateway: boolean,
  prompter: SetupPrompter,
): Promise<void> {
  const progress = prompter.progress(`You: ${message}`);
  try {
    const answer = await say(config, message, { gateway });
    progress.stop(`You: ${message}`);
    await prompter.note(answer, "Your assistant");
  } catch (error) {
    progress.stop(`You: ${message}`);
    // The installation is complete; that nobody answered yet is said, and can be tried again.
    await prompter.note(error instanceof Error ? error.message : String(error), "No answer");
  }
}

async function openWeb(
  config: OpenClawConfig,
  prompter: SetupPrompter,
  { host, hint, env }: SetupWorld,
): Promise<void> {
  const url = host.dashboardUrl(config);
  const opened = await host.openBrowser(url);
  const port = new URL(url).port;
  const lines = opened
    ? [`Opened ${url}`]
    : [
        "No browser can be opened here. From your own computer:",
        `ssh -N -L ${port}:127.0.0.1:${port} ${env.USER ?? "user"}@<this machine>`,
        `Then open: ${url}`,
      ];
  await prompter.note(
    [...lines, `Paste the token when the page asks for it: ${hint("openclaw config get gateway.auth.token")}`].join(
      "\n",
    ),
    "Dashboard ready",
  );
}

/** What is good to know afterwards. */
export async function lastNotes(config: OpenClawConfig, prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  const { hint, shorten, paths } = world;
  await prompter.note(
    `Everything the assistant remembers is in ${shorten(workspaceOf(config, paths))}. Keep a copy, best as a private git repository.`,
    "Workspace backup",
  );
  await prompter.note(`Look over what is open from time to time: ${hint("openclaw security audit")}`, "Security");
  if (!config.tools?.web?.search?.apiKey && !world.env.BRAVE_API_KEY?.trim()) {
    await prompter.note(
      `With a key of Brave Search the assistant can search the web: ${hint("openclaw configure --section web")}`,
      "Web search (optional)",
    );
  }
  await prompter.note(
    `${hint("openclaw status")} shows how things are; ${hint("openclaw doctor")} looks for what is wrong.`,
    "What now",
  );
}
