import { silentLog } from "@openclaw/log";
import { createCredentials } from "../credentials/credentials.ts";

// A process of its own for the test of renewals: asks for the credential of a profile and prints it.
const [stateDir = "", authUrl = ""] = process.argv.slice(2);
const credentials = createCredentials({
  stateDir,
  config: () => ({}),
  env: {},
  fetch: (input, init) => fetch(`${authUrl}${new URL(String(input)).pathname}`, init),
  now: Date.now,
  log: silentLog,
  normalize: (id) => id,
  refreshers: {
    "qwen-portal": async () => (await import("../credentials/oauth/qwen-portal.ts")).refreshQwen,
  },
});
process.stdout.write("ready\n");
process.stdin.once("data", async () => {
  const credential = await credentials.source("qwen-portal:default", "qwen-portal")();
  process.stdout.write(`${JSON.stringify(credential)}\n`);
  process.stdin.destroy();
});
