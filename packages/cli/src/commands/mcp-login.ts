import { setTimeout as wait } from "node:timers/promises";
import { signInToServer, transportOf } from "@openclaw/mcp";
import { configuredServer } from "../mcp/configured-servers.ts";
import { isRemoteHost, openBrowser } from "../models/sign-in.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { mcpLoginFlags } from "../spec/mcp-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** How long the browser is waited for before a paste is asked for, ms. */
const waitMs = 300_000;
const callbackPath = "/oauth/callback";

/** `mcp login`: signs in to an endpoint that wants to know who its user is, and keeps the tokens for the Gateway. */
export async function run(
  { flags, args }: CommandInput<typeof mcpLoginFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [id = ""] = args;
  const server = await configuredServer(id, context);
  if (!("url" in server)) {
    throw new CliError(
      `MCP server ${id} is a program (${transportOf(server)}); only endpoints with a url have a sign-in.`,
    );
  }
  const [{ listenForCallback, OAuthError, requestCode }, { freePort }] = await Promise.all([
    import("@openclaw/models/auth"),
    import("../discovery/free-port.ts"),
  ]);
  const port = flags.port ?? (await freePort());
  const prompter = createPrompter(context);
  const stopped = new AbortController();
  try {
    await signInToServer({
      id,
      server,
      stateDir: context.paths.stateDir,
      redirectUrl: `http://127.0.0.1:${port}${callbackPath}`,
      scope: flags.scope,
      clientId: flags["client-id"],
      fetch: context.fetch,
      requestCode: (url, state) =>
        requestCode(
          { service: id, url, state, redirect: { port, path: callbackPath }, waitMs },
          {
            prompter,
            isRemote: flags["no-open"] || isRemoteHost(context.env),
            openUrl: (address) => openBrowser(address, context),
            listen: listenForCallback,
            wait: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
            signal: stopped.signal,
          },
        ),
    });
  } catch (error) {
    if (error instanceof CliError || error instanceof OAuthError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The sign-in to the MCP server ${id} failed: ${reason}`, {
      code: "sign-in-failed",
      cause: error,
    });
  } finally {
    stopped.abort();
    prompter.close();
  }
  context.print(`Signed in to the MCP server ${id}. The gateway uses it from the next run on.`);
}
