import { hostPackages } from "./host-packages.ts";

/** Imports the entry files of plugins. */
export interface ModuleLoader {
  /** Runs a file and everything it imports, anew for each loader. @throws Error of the first line of what went wrong */
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
      const absent = new Set<string>();
      const jiti = createJiti(file, {
        // One process may hold several Gateways; each has its own instance of a plugin.
        moduleCache: false,
        fsCache: false,
        interopDefault: false,
        virtualModules: hostModules(noting(options.sdk(file), absent), await hostPackages(file)),
      });
      try {
        return await jiti.import(file);
      } catch (error) {
        throw new Error(reasonOf(error, absent), { cause: error });
      }
    },
  };
}

/** The SDK, which notes the names that were looked for and are not there. */
function noting(sdk: object, absent: Set<string>): object {
  return new Proxy(sdk, {
    get(target, key, receiver) {
      if (typeof key === "string" && !Object.hasOwn(target, key) && !/^(?:__esModule|default|then)$/.test(key)) {
        absent.add(key);
      }
      return Reflect.get(target, key, receiver);
    },
  });
}

/** Why a module did not run, in a line; a value of the SDK that is not there is named. */
function reasonOf(error: unknown, absent: ReadonlySet<string>): string {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ""] = message.split("\n", 1);
  if (absent.size === 0) return line;
  return `${line} (openclaw/plugin-sdk has no ${[...absent].join(", ")} here)`;
}

/** Every path below the SDK's name leads to the same object: which paths there are differs from release to release. */
function hostModules(sdk: object, packages: ReadonlyMap<string, object>): Record<string, unknown> {
  const offered = (key: string | symbol): object | undefined => {
    if (typeof key !== "string") return undefined;
    return sdkSpecifier.test(key) ? sdk : packages.get(key);
  };
  return new Proxy<Record<string, unknown>>(
    {},
    {
      has: (_target, key) => offered(key) !== undefined,
      get: (_target, key) => offered(key),
    },
  );
}
