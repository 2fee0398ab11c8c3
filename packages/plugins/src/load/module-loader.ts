import { createRequire } from "node:module";

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
        virtualModules: sdkModules(sdk, hasOwnZod(file) ? undefined : await import("zod")),
      });
      return jiti.import(file);
    },
  };
}

/**
 * Whether a plugin finds zod by itself. Plugins of the reference release that describe their settings with it may count on
 * the host's without naming it among their dependencies.
 */
function hasOwnZod(file: string): boolean {
  try {
    createRequire(file).resolve("zod");
    return true;
  } catch {
    return false;
  }
}

/** Every path below the SDK's name leads to the same object: which paths there are differs from release to release. */
function sdkModules(sdk: object, zod: object | undefined): Record<string, unknown> {
  const offered = (key: string | symbol): object | undefined => {
    if (typeof key !== "string") return undefined;
    return sdkSpecifier.test(key) ? sdk : key === "zod" ? zod : undefined;
  };
  return new Proxy<Record<string, unknown>>(
    {},
    {
      has: (_target, key) => offered(key) !== undefined,
      get: (_target, key) => offered(key),
    },
  );
}
