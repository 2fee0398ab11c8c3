import { type ConfigStore, openConfigStore } from "@openclaw/config";
import { createNpm, type InstallContext, PluginInstallError, systemRunProgram } from "@openclaw/plugins/install";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { withProgress } from "../terminal/progress.ts";

/**
 * Does something with the installed plugins and the configuration.
 * @throws CliError with the text of what kept it from being done
 */
export function withInstallContext<T>(
  context: CommandContext,
  work: (install: InstallContext, store: ConfigStore) => Promise<T>,
): Promise<T> {
  // What is downloaded may be long on its way.
  return withProgress("Working on plugins…", { context, quiet: false }, () => inContext(context, work));
}

async function inContext<T>(
  context: CommandContext,
  work: (install: InstallContext, store: ConfigStore) => Promise<T>,
): Promise<T> {
  const { paths, env, version, cwd } = context;
  const source = await context.plugins();
  const store = await openConfigStore({ paths, env, version, manifests: source.manifests });
  try {
    return await work(
      {
        store,
        source,
        extensionsDir: paths.extensionsDir,
        home: paths.home,
        cwd,
        npm: createNpm({ run: systemRunProgram, env, cwd }),
        now: context.now,
        print: context.print,
        warn: (line) => context.warn(context.errorStyle.warn(line)),
      },
      store,
    );
  } catch (error) {
    if (error instanceof PluginInstallError) throw new CliError(error.message, { code: error.code, cause: error });
    throw error;
  } finally {
    await store.close();
  }
}
