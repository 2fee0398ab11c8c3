import { type ConfigStore, openConfigStore } from "@openclaw/config";
import type { CommandContext } from "../run/command-context.ts";

/** Opens the configuration file for one change and closes it again. */
export async function editConfig<T>(context: CommandContext, change: (store: ConfigStore) => Promise<T>): Promise<T> {
  const { paths, env, version } = context;
  const { manifests } = await context.plugins();
  const store = await openConfigStore({ paths, env, version, manifests });
  try {
    return await change(store);
  } finally {
    await store.close();
  }
}
