import { createRequire } from "node:module";

/**
 * Packages of the host that plugins of the reference release count on without naming them among their dependencies. A copy
 * of the plugin's own always comes first.
 */
const packages: Readonly<Record<string, () => Promise<object>>> = {
  zod: () => import("zod"),
  ws: () => import("ws"),
};

/** Those a plugin does not find by itself, by their specifiers; each is loaded only then. */
export async function hostPackages(file: string): Promise<ReadonlyMap<string, object>> {
  const lacking = Object.entries(packages).filter(([name]) => !finds(file, name));
  const loaded = await Promise.all(
    // Marked as what a compiler made of a module, so that its default export is found.
    lacking.map(async ([name, load]) => [name, { ...(await load()), __esModule: true }] as const),
  );
  return new Map(loaded);
}

function finds(file: string, name: string): boolean {
  try {
    createRequire(file).resolve(name);
    return true;
  } catch {
    return false;
  }
}
