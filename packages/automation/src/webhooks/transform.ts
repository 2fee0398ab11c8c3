import { realpath } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** What a transform gets to see of a request. */
export interface TransformRequest {
  payload: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  url: string;
  path: string;
}

type Transform = (request: TransformRequest) => unknown;

/** The modules that change what a mapping makes of a request, each loaded once until the configuration changes. */
export interface Transforms {
  /** @throws Error for a module outside of the folder, or one that exports no function; and what the function throws */
  apply(module: string, exportName: string | undefined, request: TransformRequest): Promise<unknown>;
}

export function createTransforms(dir: string, version: string): Transforms {
  const loaded = new Map<string, Promise<Transform>>();

  const load = async (module: string, exportName: string | undefined): Promise<Transform> => {
    const root = await realpath(dir);
    const file = await realpath(path.resolve(root, module));
    if (!file.startsWith(`${root}${path.sep}`)) throw new Error(`the transform ${module} is outside of ${dir}`);
    // Modules stay in memory by their address, so that a changed one needs another.
    const found: object = await import(`${pathToFileURL(file).href}?v=${encodeURIComponent(version)}`);
    for (const name of exportName === undefined ? ["default", "transform"] : [exportName]) {
      const candidate: unknown = Reflect.get(found, name);
      if (typeof candidate === "function") return (request) => Reflect.apply(candidate, undefined, [request]);
    }
    throw new Error("hook transform module must export a function");
  };

  return {
    async apply(module, exportName, request) {
      const key = JSON.stringify([module, exportName]);
      const transform = loaded.get(key) ?? load(module, exportName);
      loaded.set(key, transform);
      transform.catch(() => loaded.delete(key)); // it may be mended
      return (await transform)(request);
    },
  };
}
