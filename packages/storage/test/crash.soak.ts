// The long form of crash.test.ts: OPENCLAW_SOAK=1 node --conditions=@openclaw/source packages/storage/test/crash.soak.ts
import { killManyTimes } from "./crash-run.ts";

if (process.env.OPENCLAW_SOAK === "1") {
  const started = performance.now();
  const report = await killManyTimes(2000);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${report.kills} kills, ${report.acknowledgements} acknowledgements, nothing lost, in ${seconds} s`);
} else {
  console.log("Set OPENCLAW_SOAK=1 to kill a writing process 2000 times.");
}
