import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";

const run = promisify(execFile);

/** The modules a Gateway has loaded that was started and stopped with this configuration. */
async function loadedModules(plugins: object | undefined): Promise<string[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-cost-"));
  try {
    const state = path.join(home, ".openclaw");
    writePlugin(path.join(state, "extensions"), { id: "idle", code: "export default () => {}" });
    const config = { gateway: { mode: "local", auth: { token: "t" } }, ...(plugins && { plugins }) };
    fs.writeFileSync(path.join(state, "openclaw.json"), JSON.stringify(config));
    const program = path.join(import.meta.dirname, "start-process.ts");
    const { stdout } = await run(process.execPath, ["--conditions=@openclaw/source", program, home]);
    return JSON.parse(stdout) as string[];
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

it("a Gateway without an enabled plugin loads nothing of the plugin host but what finds plugins", async () => {
  const loaded = await loadedModules({ entries: { idle: { enabled: false } } });
  const ofHost = loaded
    .filter((url) => /\/packages\/plugins\/src\//.test(url))
    .map((url) => url.replace(/^.*\/src\//, ""));
  expect(ofHost.sort()).toEqual([
    "discovery.ts",
    "discovery/discover-plugins.ts",
    "discovery/package-metadata.ts",
    "discovery/plugin-candidates.ts",
    "discovery/plugin-source.ts",
  ]);
  expect(loaded.filter((url) => /\/(?:jiti|commander|tar|yauzl)\//.test(url))).toEqual([]);
});
