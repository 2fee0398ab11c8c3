import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A temporary directory, gone with the test. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-plugins-")));
  return {
    path: folder,
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export interface PluginFiles {
  id: string;
  /** The entry's source; no entry when absent. */
  code?: string;
  /** Name of the entry (default `index.ts`). */
  entry?: string;
  /** Laid over the manifest; `false` writes none. */
  manifest?: object | false;
  /** `package.json`; none when absent. */
  package?: object;
  /** Further files by their paths. */
  files?: Record<string, string>;
}

/** Writes a plugin into a folder of its own below `parent` and returns the folder. */
export function writePlugin(parent: string, plugin: PluginFiles): string {
  const dir = path.join(parent, plugin.id);
  fs.mkdirSync(dir, { recursive: true });
  const files: Record<string, string> = { ...plugin.files };
  if (plugin.code !== undefined) files[plugin.entry ?? "index.ts"] = plugin.code;
  if (plugin.manifest !== false) {
    const manifest = {
      id: plugin.id,
      configSchema: { type: "object", additionalProperties: false },
      ...plugin.manifest,
    };
    files["openclaw.plugin.json"] = JSON.stringify(manifest);
  }
  if (plugin.package) files["package.json"] = JSON.stringify(plugin.package);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return dir;
}
