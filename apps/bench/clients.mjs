// How fast the words of an answer reach everybody: 200 connected clients, 20 chats at once. Each `chat` delta says when it was
// sent; measured is how much later each client has it. Beside it the floor's turn, from the same run.
//   node clients.mjs --port <n> -- <command that starts the gateway in the foreground>
// Prints one JSON object. Takes the ports n to n + 3.
import { fileURLToPath } from "node:url";
import { WebSocket as NodeSocket } from "ws";
import { chatTurn } from "./client.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { median, quantile, round } from "./statistics.ts";

const split = process.argv.indexOf("--");
const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 19790);
const clients = 200;
const chats = 20;
const rounds = 3;
/** Between two words of an answer, ms. */
const wordMs = 40;

const place = { contextWindow: 128000, maxTokens: 8000 };
const home = createHome({ port, ...place });
const floorHome = createHome({ port: port + 2, ...place });
const gateway = startGateway(home, process.argv.slice(split + 1));
const floor = startGateway(floorHome, [
  process.execPath,
  fileURLToPath(new URL("./floor.mjs", import.meta.url)),
  "{port}",
  String(floorHome.llmPort),
]);
const result = { clients, chats };
try {
  const sender = await gateway.firstClient(3);
  const floorClient = await floor.firstClient(3);
  const turns = [];
  for (let n = 0; n < 40; n++) turns.push(await chatTurn(floorClient, "agent:main:floor", `message ${n}`));
  result.floorTurnMs = round(median(turns.slice(10)), 2);
  floorClient.close();

  const delays = [];
  let events = 0;
  const delta = '{"type":"event","event":"chat"';
  // Two hundred programs would share the work of reading; here one does it all, so it must not parse what it only counts.
  const take = (text) => {
    if (!text.startsWith('{"type":"event"') || text.includes("connect.challenge")) return false;
    events += 1;
    if (text.startsWith(delta) && text.includes('"state":"delta"')) {
      const sent = Number(/"timestamp":(\d+)/.exec(text)?.[1]);
      delays.push(performance.timeOrigin + performance.now() - sent);
    }
    return true;
  };
  const others = [];
  while (others.length < clients - 1) others.push(await gateway.connect(3, { Socket: NodeSocket, take }));
  await chatTurn(sender, "agent:main:warm", "warm up");
  delays.length = 0;
  events = 0;
  const started = performance.now();
  // People do not write in step: every chat begins at its own time.
  await Promise.all(
    Array.from({ length: chats }, async (_, chat) => {
      await new Promise((resolve) => setTimeout(resolve, (chat * wordMs * 7) / chats));
      for (let n = 0; n < rounds; n++) await chatTurn(sender, `agent:main:chat-${chat}`, `slow:${wordMs} round ${n}`);
    }),
  );
  result.eventsPerSecond = round((events / (performance.now() - started)) * 1000, 0);
  delays.sort((a, b) => a - b);
  result.deltas = delays.length;
  result.p50Ms = round(quantile(delays, 0.5), 2);
  result.p99Ms = round(quantile(delays, 0.99), 2);
  result.ratio = round(result.p99Ms / result.floorTurnMs, 1);
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
  floor.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();
