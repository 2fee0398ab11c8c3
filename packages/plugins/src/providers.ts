export { registerPluginProviders } from "./providers/register-providers.ts";
