import os from "node:os";
import { readVariable } from "@openclaw/config/paths";
import { gatewayPort, localHost } from "../call/gateway-target.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { dashboardFlags } from "../spec/observe-commands.ts";
import { dashboardUrl } from "./dashboard-url.ts";
import { copyToClipboard, openBrowser } from "./desktop.ts";

/** `dashboard`: prints, copies and opens the address of the Control UI. The token is never part of it. */
export async function run({ flags }: CommandInput<typeof dashboardFlags>, context: CommandContext): Promise<undefined> {
  const { config } = await context.config();
  const { env } = context;
  const url = dashboardUrl(config, env);
  context.print(`Dashboard URL: ${url}`);
  const copied = await copyToClipboard(url, context);
  context.print(copied ? "Copied to clipboard." : "Copy to clipboard unavailable.");
  if (flags["no-open"]) context.print("Browser launch disabled (--no-open). Use the URL above.");
  else if (await openBrowser(url, context)) {
    context.print("Opened in your browser. Keep that tab to control OpenClaw.");
  } else {
    const port = gatewayPort(config, env);
    const user = readVariable(env, "USER") ?? readVariable(env, "LOGNAME") ?? "user";
    const isLoopback = localHost(config).startsWith("127.");
    context.print("No browser can be opened here. From your own computer:");
    if (isLoopback) context.print(`  ssh -N -L ${port}:127.0.0.1:${port} ${user}@${os.hostname()}`);
    context.print(`Then open: ${url}`);
  }
  if (config.gateway?.auth?.token ?? readVariable(env, "OPENCLAW_GATEWAY_TOKEN")) {
    context.print(
      `Paste the token when the page asks for it: ${context.hint("openclaw config get gateway.auth.token")}`,
    );
  }
}
