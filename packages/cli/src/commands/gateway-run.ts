import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { type ConfigStore, openConfigStore } from "@openclaw/config";
import { type GatewayOptions, GatewayPortError, GatewayStartError, resolveSettings } from "@openclaw/gateway";
import { createLog, type Log } from "@openclaw/log";
import { GatewayLockError } from "@openclaw/storage";
import { rawStreamPath } from "../foreground/raw-stream.ts";
import { runGateway } from "../foreground/run-gateway.ts";
import { invalidBind, readStartFlags, type StartFlags, type StartInput } from "../foreground/start-flags.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { invalidConfigLines } from "../run/config-guard.ts";

/** `gateway` and `gateway run`: the Gateway in the foreground, until a signal ends it. */
export async function run({ flags }: { flags: StartInput }, context: CommandContext): Promise<number> {
  const { paths, env, version, stdout } = context;
  const start = readStartFlags(flags, paths.profile?.toLowerCase() === "dev");
  if (flags.reset || flags.dev) {
    const { ensureDevConfig, resetDevState } = await import("../foreground/dev-config.ts");
    if (flags.reset) await resetDevState(context);
    await ensureDevConfig(context);
  }
  exportFlags(flags, env);

  // The file is chosen by the configuration, so the log gets it when that is known.
  const log = createLog({ file: false, console: stdout, env });
  const plugins = await context.plugins();
  const store = await openConfigStore({ paths, env, version, log, manifests: plugins.manifests });
  try {
    if (store.snapshot().legacyIssues.length > 0) await migrate(store, log);
    const snapshot = store.snapshot();
    if (!snapshot.valid) throw new CliError(await invalidConfigLines(snapshot, context), { code: "invalid-config" });
    if (start.badBind) {
      // What stands before the bind mode in the order of the checks is told first.
      resolveSettings(snapshot, env, { ...start.gateway, bind: "loopback", auth: "token", token: "not used" });
      throw new CliError(invalidBind);
    }
    const { port } = resolveSettings(snapshot, env, start.gateway);
    if (flags.force) await force(port, (line) => log.info(line));
    return await runGateway({
      paths,
      env,
      version,
      store,
      log,
      verbose: flags.verbose,
      gateway: {
        flags: start.gateway,
        webRoot: context.webRoot,
        plugins,
        wsLog: { verbose: flags.verbose, style: start.wsLog },
        ...(await recordedFetch(context)),
        ...updater(context),
        setUp: async (request, prompter) => {
          const { setUpOverGateway } = await import("../onboarding/set-up-over-gateway.ts");
          await setUpOverGateway(request, prompter, { context, store });
        },
      },
      events: process,
      exit: context.exit,
      onReady: () => announceUpdate(context, log),
    });
  } catch (error) {
    throw await startFailure(error, start, context);
  } finally {
    await store.close();
    await log.close();
  }
}

/** Brings keys of former releases to their places in the file, when the whole is valid then. A backup is kept. */
async function migrate(store: ConfigStore, log: Log): Promise<void> {
  const { migrateConfig } = await import("@openclaw/config/migrations");
  const { changes } = migrateConfig(store.snapshot().parsed);
  if (changes.length === 0) return;
  try {
    await store.edit((value) => migrateConfig(value).value);
    for (const change of changes) log.info(`config: ${change}`);
  } catch (error) {
    // The start goes on to say what is wrong with the file as it stands.
    log.warn(`config: keys of a former release were left alone: ${error instanceof Error ? error.message : error}`);
  }
}

/** Brings this program up to date for `update.run`, where its package names a source. */
function updater(context: CommandContext): Pick<GatewayOptions, "update"> {
  const { program, env, paths, spawn, now } = context;
  return {
    async update({ timeoutMs = 1_200_000 }) {
      const [{ planUpdate, runUpdate }, { updateWorld }] = await Promise.all([
        import("@openclaw/setup/update"),
        import("../update/update-world.ts"),
      ]);
      const world = updateWorld({ program, env, paths, spawn, now }, timeoutMs);
      const { config } = await context.config();
      const plan = await planUpdate(
        world.installation,
        { channel: config.update?.channel, tag: undefined },
        { fetch: context.fetch, run: world.run, timeoutMs: 30_000 },
      );
      // Nobody can be asked whether going back is meant.
      if (plan.kind === "package" && plan.downgrade) {
        return {
          status: "skipped",
          mode: world.installation?.manager ?? "unknown",
          reason: "downgrade",
          steps: [],
          durationMs: 0,
        };
      }
      return runUpdate(plan, world);
    },
  };
}

/** Whether the package of a program says where updates come from. */
function namesUpdateSource(program: string | undefined): boolean {
  if (program === undefined) return false;
  try {
    const file = path.join(path.dirname(realpathSync(program)), "..", "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as { openclaw?: { update?: { package?: unknown } } };
    return typeof manifest.openclaw?.update?.package === "string";
  } catch {
    return false; // it does not run from a package
  }
}

/** Says in the log, once a day at most, that there is a newer version. Never holds the start up; failures are no news. */
function announceUpdate(context: CommandContext, log: Log): void {
  const work = async () => {
    // Most have no source: then nothing is loaded for it.
    if (!namesUpdateSource(context.program)) return;
    const { config } = await context.config();
    if (config.update?.checkOnStart === false) return;
    const [{ checkForUpdate, findInstallation }, { createRunProgram }, { programFile }] = await Promise.all([
      import("@openclaw/setup/update"),
      import("@openclaw/setup/services"),
      import("../services/service-world.ts"),
    ]);
    const file = programFile(context);
    const line = await checkForUpdate(file === undefined ? undefined : findInstallation(file), {
      channel: config.update?.channel,
      file: path.join(context.paths.stateDir, "update-check.json"),
      fetch: context.fetch,
      run: createRunProgram({ spawn: context.spawn, env: context.env }),
      now: context.now,
    });
    if (line !== undefined) log.info(line);
  };
  void work().catch((error: unknown) => log.debug(`update check: ${String(error)}`));
}

/** What flags say also holds for child processes. */
function exportFlags(flags: StartInput, env: NodeJS.ProcessEnv): void {
  if (flags.token) env.OPENCLAW_GATEWAY_TOKEN = flags.token;
  if (flags.password) env.OPENCLAW_GATEWAY_PASSWORD = flags.password;
  if (flags["raw-stream"]) env.OPENCLAW_RAW_STREAM = "1";
  if (flags["raw-stream-path"]) env.OPENCLAW_RAW_STREAM_PATH = flags["raw-stream-path"];
}

async function recordedFetch(context: CommandContext): Promise<{ fetch?: typeof fetch }> {
  const file = rawStreamPath(context.env, context.paths.stateDir);
  if (file === undefined) return {};
  const { rawStreamFile, recordAnswers } = await import("../foreground/raw-stream.ts");
  return { fetch: recordAnswers(fetch, { append: rawStreamFile(file), now: context.now }) };
}

async function force(port: number, log: (line: string) => void): Promise<void> {
  const [{ freePort }, { systemProcesses }] = await Promise.all([
    import("../foreground/free-port.ts"),
    import("../foreground/port-listeners.ts"),
  ]);
  for (const line of await freePort(port, systemProcesses, process.pid)) log(line);
}

/** Words a failed start for the terminal. */
async function startFailure(error: unknown, start: StartFlags, context: CommandContext): Promise<unknown> {
  if (error instanceof CliError) return error;
  if (error instanceof GatewayStartError) return new CliError(error.lines, { code: "start-blocked", cause: error });
  if (!(error instanceof GatewayLockError || error instanceof GatewayPortError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new CliError(`Gateway failed to start: ${reason}`, { code: "start-failed", cause: error });
  }
  return new CliError(
    [
      ...`Gateway failed to start: ${error.message}`.split("\n"),
      `If the gateway is supervised, stop it with: ${context.hint("openclaw gateway stop")}`,
      ...(error instanceof GatewayPortError ? await portOwners(start, context) : []),
    ],
    { code: "gateway-locked", cause: error },
  );
}

async function portOwners(start: StartFlags, context: CommandContext): Promise<string[]> {
  const [{ systemProcesses }, { gatewayPort }] = await Promise.all([
    import("../foreground/port-listeners.ts"),
    import("../call/gateway-target.ts"),
  ]);
  const port = start.gateway.port ?? gatewayPort((await context.config()).config, context.env);
  try {
    const owners = systemProcesses.listeners(port).map(({ pid, command }) => `- pid ${pid}: ${command}`);
    return owners.length > 0 ? [`Port ${port} is already in use:`, ...owners] : [];
  } catch (error) {
    return [`Port ${port} is already in use (${error instanceof Error ? error.message : String(error)}).`];
  }
}
