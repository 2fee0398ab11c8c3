import type { OpenClawConfig } from "@openclaw/config";
import { awaitGateway } from "../await-gateway.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { GatewayAnswer, SetupWorld } from "../setup-world.ts";
import { workspaceOf } from "../workspace-place.ts";

/** Waits for the Gateway and asks how it is. What is wrong is told and stops nothing. */
export async function healthStep(
  config: OpenClawConfig,
  prompter: SetupPrompter,
  world: SetupWorld,
  options: { starts: boolean },
): Promise<GatewayAnswer> {
  const progress = prompter.progress("Waiting for the Gateway");
  const health = await awaitGateway(config, world, options);
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

/** Has the files of the Control UI where they can be built; says how where that did not come about. */
export async function controlUiStep(prompter: SetupPrompter, { host }: SetupWorld): Promise<void> {
  const { built, build } = host.controlUi();
  if (built) return;
  const byHand = "Build it in the folder of the sources: pnpm ui:build (installs what it needs first).";
  if (build === undefined) {
    return prompter.note(`The files of the Control UI are missing, so there is no web page.\n${byHand}`, "Control UI");
  }
  const progress = prompter.progress("Building the Control UI");
  const done = await build();
  progress.stop(done ? "Control UI: built" : "Control UI: not built");
  if (!done) await prompter.note(`The Control UI could not be built.\n${byHand}`, "Control UI");
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

/** What is good to know afterwards. */
export async function lastNotes(
  config: OpenClawConfig,
  prompter: SetupPrompter,
  world: SetupWorld,
  { dashboard }: { dashboard: boolean },
): Promise<void> {
  const { hint, shorten, paths } = world;
  await prompter.note(
    `Everything the assistant remembers is in ${shorten(workspaceOf(config, paths))}. Keep a copy, best as a private git repository.`,
    "Workspace backup",
  );
  await prompter.note(`Look over what is open from time to time: ${hint("openclaw security audit")}`, "Security");
  if (dashboard) await prompter.note(`The Control UI: ${hint("openclaw dashboard")}`, "Dashboard ready");
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
