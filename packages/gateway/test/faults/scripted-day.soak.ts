// The long form of scripted-day.test.ts:
//   OPENCLAW_SOAK=1 node --conditions=@openclaw/source packages/gateway/test/faults/scripted-day.soak.ts
import { spendDay } from "./scripted-day.ts";

if (process.env.OPENCLAW_SOAK === "1") {
  const since = performance.now();
  const day = await spendDay(200, { kills: 20 });
  console.log(
    `a day of ${day.turns} turns with ${day.kills} kills in ${Math.round((performance.now() - since) / 1000)} s: ` +
      `${day.accepted} messages accepted and ended once each, of them ${day.stopped} stopped by their user, ` +
      `${day.merged} answered in a run of another and ${day.givenUp} given up; ${day.unheard} whose senders were cut ` +
      `off; ${day.subagents} subagents announced once, ${day.compactions} compactions, ${day.toolRuns} commands run ` +
      `once, ${day.requests} valid requests to the model`,
  );
} else {
  console.log("Set OPENCLAW_SOAK=1 to spend a day of 200 turns with a Gateway.");
}
