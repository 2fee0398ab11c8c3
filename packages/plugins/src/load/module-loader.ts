/** Imports the entry files of plugins. */
export interface ModuleLoader {
  /** Runs a file and everything it imports, anew for each loader. Rejects when that fails. */
  load(file: string): Promise<unknown>;
}

/** The specifiers that lead to the host instead of a package. */
const sdkSpecifier = /^(?:openclaw|@openclaw)\/plugin-sdk(?:\/|$)/;

/**
 * A loader that gives its host modules of its own: TypeScript runs as it is, and the SDK that a plugin imports is the
 * one handed in. The transpiler is loaded with the first module.
 */
export function createModuleLoader(options: { sdk: (pluginFile: string) => object }): ModuleLoader {
  return {
    async load(file) {
      // With its transpiler as a part of it, so that it can be bundled.
      const { createJiti } = await import("jiti/static");
      const sdk = options.sdk(file);
      const jiti = createJiti(file, {
        // One process may hold several Gateways; each has its own instance of a plugin.
        moduleCache: false,
        fsCache: false,
        interopDefault: false,
        virtualModules: sdkModules(sdk),
      });
      return jiti.import(file);
    },
  };
}

/** Every path below the SDK's name leads to the same object: which paths there are differs from release to release. */
function sdkModules(sdk: object): Record<string, unknown> {
  const isSdk = (key: string | symbol): key is string => typeof key === "string" && sdkSpecifier.test(key);
  return new Proxy<Record<string, unknown>>(
    {},
    {
      has: (_target, key) => isSdk(key),
      get: (_target, key) => (isSdk(key) ? sdk : undefined),
    },
  );
}
