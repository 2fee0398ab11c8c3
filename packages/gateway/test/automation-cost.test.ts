import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("a Gateway without jobs, hooks and mail loads nothing of the automation but what waits for work", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-cost-"));
  try {
    const state = path.join(home, ".openclaw");
    fs.mkdirSync(state);
    const config = { gateway: { mode: "local", auth: { token: "t" } } };
    fs.writeFileSync(path.join(state, "openclaw.json"), JSON.stringify(config));
    const program = path.join(import.meta.dirname, "start-process.ts");
    const { stdout } = await run(process.execPath, ["--conditions=@openclaw/source", program, home]);
    const loaded = JSON.parse(stdout) as string[];
    const own = loaded
      .filter((url) => /\/packages\/automation\/src\//.test(url))
      .map((url) => url.replace(/^.*\/src\//, ""));
    expect(own.sort()).toEqual([
      "cron/cron-tool-definition.ts",
      "duration.ts",
      "heartbeat/heartbeat-settings.ts",
      "heartbeat/heartbeats.ts",
      "heartbeat/visibility.ts",
      "resident.ts",
      "webhooks/webhook-settings.ts",
    ]);
    expect(loaded.filter((url) => /\/(?:croner|yaml)\//.test(url))).toEqual([]);
    expect(fs.existsSync(path.join(state, "cron"))).toBe(false);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
});
