// The long form of random-kills.test.ts:
//   OPENCLAW_SOAK=1 node --conditions=@openclaw/source packages/gateway/test/faults/kills.soak.ts
import { killBlocksAtRandom } from "./random-block-kills.ts";
import { killChannelAtRandom } from "./random-channel-kills.ts";
import { killAtRandom } from "./random-kills.ts";

if (process.env.OPENCLAW_SOAK === "1") {
  const chat = await killAtRandom(300);
  console.log(
    `${chat.kills} kills of a Gateway with chat clients (${chat.killedAtStart} at start): ${chat.accepted} messages ` +
      `accepted and ended once each, of them ${chat.givenUp} given up; ${chat.unheard} whose senders were cut off`,
  );
  const channel = await killChannelAtRandom(300);
  console.log(
    `${channel.kills} kills of a Gateway with a channel: ${channel.received} messages taken over and answered, of them ` +
      `${channel.givenUp} given up; ${channel.repeated} answers sent twice because the kill came right after the send`,
  );
  const inBlocks = await killBlocksAtRandom(200);
  console.log(
    `${inBlocks.kills} kills of a Gateway that streams in blocks: ${inBlocks.received} messages answered in ` +
      `${inBlocks.blocks} blocks, of them ${inBlocks.givenUp} given up; ${inBlocks.repeated} blocks sent twice`,
  );
} else {
  console.log("Set OPENCLAW_SOAK=1 to kill a Gateway 800 times.");
}
