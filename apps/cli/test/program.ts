// The program from its sources, as `bin/openclaw.js` runs it in a checkout without a build.
import { main } from "../src/main.ts";

await main({ version: "0.0.0-test" });
