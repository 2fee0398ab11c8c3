// The long form of fuzz-methods.test.ts:
//   OPENCLAW_SOAK=1 node --conditions=@openclaw/source packages/gateway/test/fuzz/methods.soak.ts
import { fuzzMethods } from "./fuzz-methods.ts";

if (process.env.OPENCLAW_SOAK === "1") {
  const seed = Number(process.env.OPENCLAW_SOAK_SEED ?? Date.now() % 1_000_000_000);
  console.log(`seed ${seed}`);
  const { requests, answered, refused } = await fuzzMethods({ ms: 10 * 60_000, seed });
  console.log(`${requests} requests in ten minutes: ${answered} answered at once, of them ${refused} refused`);
} else {
  console.log("Set OPENCLAW_SOAK=1 to send a Gateway anything for ten minutes.");
}
