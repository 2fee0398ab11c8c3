import { existsSync } from "node:fs";
import path from "node:path";
import {
  type BindMode,
  bindHostProblem,
  constrainGateway,
  currentGateway,
  type GatewayAuthMode,
  type GatewaySettings,
  portProblem,
  stageGateway,
  type TailscaleMode,
} from "../gateway-settings.ts";
import type { OnboardOptions } from "../onboard-options.ts";
import { readGatewayFlags } from "../read-options.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupWorld } from "../setup-world.ts";

/** How the Gateway of this machine is reached. Without `asks` what is there is kept, and the rest is as usual. */
export async function gatewayStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
  { asks }: { asks: boolean },
): Promise<GatewaySettings> {
  const flags = readGatewayFlags(options);
  const current = { ...currentGateway(draft, world.env), ...flags };
  const answers = asks ? await askGateway(current, flags, prompter, world) : current;
  const { settings, notes } = constrainGateway(answers);
  for (const note of notes) await prompter.note(note, "Tailscale");
  const secrets = await askSecrets(settings, flags, prompter, asks);
  const complete = { ...settings, ...secrets, token: secrets.token ?? world.randomToken() };
  stageGateway(draft, complete);
  return complete;
}

async function askGateway(
  current: GatewaySettings,
  flags: Partial<GatewaySettings>,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<GatewaySettings> {
  const port =
    flags.port ??
    Number(await prompter.text({ message: "Gateway port", initial: String(current.port), validate: portProblem }));
  const bind =
    flags.bind ??
    (await prompter.select<BindMode>({
      message: "Gateway bind",
      options: [
        { value: "loopback", label: "Loopback (127.0.0.1)", hint: "this machine only" },
        { value: "lan", label: "LAN (0.0.0.0)", hint: "everybody on your network who has the secret" },
        { value: "tailnet", label: "Tailnet", hint: "the Tailscale address" },
        { value: "auto", label: "Auto", hint: "loopback where that is possible" },
        { value: "custom", label: "Custom address" },
      ],
      initial: current.bind,
    }));
  const customBindHost =
    bind === "custom"
      ? await prompter.text({
          message: "Custom IP address",
          placeholder: "192.168.1.100",
          ...(current.customBindHost !== undefined && { initial: current.customBindHost }),
          validate: bindHostProblem,
        })
      : current.customBindHost;
  const authMode =
    flags.authMode ??
    (await prompter.select<GatewayAuthMode>({
      message: "Gateway auth",
      options: [
        { value: "token", label: "Token", hint: "recommended, also on loopback" },
        { value: "password", label: "Password" },
      ],
      initial: current.authMode,
    }));
  const tailscaleMode =
    flags.tailscaleMode ??
    (await prompter.select<TailscaleMode>({
      message: "Tailscale exposure",
      options: [
        { value: "off", label: "Off" },
        { value: "serve", label: "Serve", hint: "your tailnet" },
        { value: "funnel", label: "Funnel", hint: "the whole internet" },
      ],
      initial: current.tailscaleMode,
    }));
  if (tailscaleMode !== "off" && !hasTailscale(world.env)) {
    await prompter.note(
      "The program `tailscale` was not found. Install it and sign in before the Gateway starts.",
      "Tailscale",
    );
  }
  const resetOnExit =
    tailscaleMode !== "off" && flags.resetOnExit === undefined
      ? await prompter.confirm({ message: "Reset Tailscale serve/funnel on exit?", initial: current.resetOnExit })
      : current.resetOnExit;
  return { ...current, port, bind, customBindHost, authMode, tailscaleMode, resetOnExit };
}

async function askSecrets(
  { authMode, token, password }: GatewaySettings,
  flags: Partial<GatewaySettings>,
  prompter: SetupPrompter,
  asks: boolean,
): Promise<{ token: string | undefined; password: string | undefined }> {
  if (authMode === "password") {
    const known = flags.password ?? (asks ? undefined : password);
    const typed =
      known ??
      (await prompter.text({
        message: "Gateway password",
        secret: true,
        validate: (text) => (text.trim() || password ? undefined : "Required"),
      }));
    return { token, password: typed || password };
  }
  if (!asks || flags.token !== undefined) return { token, password };
  const message =
    token === undefined ? "Gateway token (blank to generate)" : "Gateway token (blank keeps the present one)";
  const typed = await prompter.text({ message, secret: true });
  return { token: typed || token, password };
}

function hasTailscale(env: NodeJS.ProcessEnv): boolean {
  const dirs = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return [...dirs, "/Applications/Tailscale.app/Contents/MacOS"].some(
    (dir) => existsSync(path.join(dir, "tailscale")) || existsSync(path.join(dir, "Tailscale")),
  );
}
