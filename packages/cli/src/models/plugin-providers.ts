import { createProviderRegistry, type ProviderRegistry } from "@openclaw/models";
import type { CommandContext } from "../run/command-context.ts";

/** The providers of enabled plugins: their models, and how their logins are used and renewed. Loads the plugins. */
export async function pluginProviders(context: CommandContext): Promise<ProviderRegistry> {
  const { openRegistry } = await import("../plugins/open-registry.ts");
  const { registry, log } = await openRegistry(context, "error");
  const providers = createProviderRegistry();
  if (registry.providers.length > 0) {
    const { registerPluginProviders } = await import("@openclaw/plugins/providers");
    registerPluginProviders(registry, providers, log);
  }
  return providers;
}
