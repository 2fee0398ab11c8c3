import fs from "node:fs";
import path from "node:path";
import { Plugin } from "@oclif/core";

/** Writes `oclif.manifest.json` of a package from the commands its build exports. */
export async function writeOclifManifest(root: string): Promise<void> {
  const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  fs.writeFileSync(path.join(root, "oclif.manifest.json"), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
}
