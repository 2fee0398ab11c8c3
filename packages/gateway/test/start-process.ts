// Starts a Gateway over the home directory it is given and prints, as JSON, which modules that has loaded. A second
// argument names the module with the channels it is to have, as `bundledChannels`.
import { createRequire, registerHooks } from "node:module";

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});

const { openConfigStore, resolvePaths } = await import("@openclaw/config");
const { startGateway } = await import("@openclaw/gateway");
const { createLog } = await import("@openclaw/log");
const { createPluginSource } = await import("@openclaw/plugins/discovery");

const env = { HOME: process.argv[2], PATH: process.env.PATH };
const paths = resolvePaths(env);
const plugins = createPluginSource({ paths, env });
const log = createLog({ file: false, console: false });
const { bundledChannels } = process.argv[3] ? await import(process.argv[3]) : {};
const configStore = await openConfigStore({ paths, env, manifests: plugins.manifests });
const gateway = await startGateway({
  paths,
  configStore,
  env,
  log,
  version: "1.0.0",
  plugins,
  flags: { port: 0 },
  lock: false,
  ...(bundledChannels && { channels: bundledChannels }),
});
await gateway.stop();
await configStore.close();
process.stdout.write(JSON.stringify([...loaded, ...Object.keys(createRequire(import.meta.url).cache)]));
