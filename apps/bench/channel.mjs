// What a message on a chat channel costs, with a channel plugin whose service is this program: from the message at the
// channel to the first byte of the request to the model, against the floor's turn in the same run; then 500 messages from
// 100 chats within a second: whether all are answered, in order per chat, and what memory they leave behind.
//   node channel.mjs --port <n> -- <command that starts the gateway in the foreground>
// Prints one JSON object. Takes the ports n to n + 3.
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chatTurn } from "./client.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { treeRssMb } from "./memory.mjs";
import { median, round } from "./statistics.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const split = process.argv.indexOf("--");
const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 19770);
const rounds = 100;
const warmUp = 20;
const load = { chats: 100, perChat: 5, overMs: 1000 };
const restMs = 5000;
const answerLimitMs = 120_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The service: the plugin connects to it, and both sides write one JSON object per line. */
async function startService() {
  const answers = [];
  const waiting = new Set();
  let peer;
  let connected;
  const ready = new Promise((resolve) => {
    connected = resolve;
  });
  const server = net.createServer((socket) => {
    peer = socket.setNoDelay(true);
    let rest = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        answers.push(JSON.parse(line));
        for (const look of waiting) look();
      }
    });
    connected();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    ready,
    answers,
    say: (message) => peer.write(`${JSON.stringify(message)}\n`),
    /** Resolves when there are that many answers, rejects when they do not come. */
    answered: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => done(reject, new Error(`${answers.length} of ${count} answers after ${answerLimitMs} ms`)),
          answerLimitMs,
        );
        const done = (settle, value) => {
          clearTimeout(timer);
          waiting.delete(look);
          settle(value);
        };
        const look = () => answers.length >= count && done(resolve);
        waiting.add(look);
        look();
      }),
  };
}

/** A model in this process, so that one clock sees a message leave and the request for it come in. */
async function startModel() {
  let onRequest = () => {};
  const server = http.createServer((request, response) => {
    onRequest();
    let body = "";
    request.setEncoding("utf8").on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const user = JSON.parse(body).messages.findLast(({ role }) => role === "user");
      const text = typeof user.content === "string" ? user.content : user.content.map((part) => part.text).join("\n");
      const chunk = (delta, finish = null) =>
        `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "fake-1", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(
        `${chunk({ role: "assistant", content: `answer to ${/<\d+\.\d+>/.exec(text)?.[0]}` })}${chunk({}, "stop")}data: [DONE]\n\n`,
      );
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    nextRequest: () =>
      new Promise((resolve) => {
        onRequest = () => resolve(performance.now());
      }),
  };
}

/** The channel: what the service says is a private message, what is to be sent goes back to it. */
const plugin = `
import net from "node:net";
export default (api) => api.registerChannel({
  meta: { id: "bench-chat", label: "Bench chat" },
  async start(context) {
    const socket = net.connect(context.config.port, "127.0.0.1").setNoDelay(true);
    let rest = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      const lines = (rest + chunk).split("\\n");
      rest = lines.pop();
      for (const { id, chat, text } of lines.map((line) => JSON.parse(line)))
        void context.receive({ id, channel: "bench-chat", accountId: context.accountId, chat: { kind: "direct", id: chat },
          sender: { id: chat }, text, at: Date.now() });
    });
    return {
      send: async ({ to, text }) => void socket.write(JSON.stringify({ to, text }) + "\\n") ?? {},
      stop: async () => void socket.destroy(),
    };
  },
});
`;

const service = await startService();
const model = await startModel();
const place = { contextWindow: 128_000, maxTokens: 8000 };
const home = createHome({ port, ...place });
const extension = path.join(home.stateDir, "extensions", "bench-chat");
fs.mkdirSync(extension, { recursive: true });
fs.writeFileSync(path.join(extension, "index.mjs"), plugin);
fs.writeFileSync(
  path.join(extension, "openclaw.plugin.json"),
  JSON.stringify({ id: "bench-chat", channels: ["bench-chat"], configSchema: { type: "object" } }),
);
const configFile = path.join(home.stateDir, "openclaw.json");
const config = JSON.parse(fs.readFileSync(configFile, "utf8"));
config.models.providers.fake.baseUrl = `http://127.0.0.1:${model.port}/v1`;
config.session = { dmScope: "per-channel-peer" };
config.messages = { queue: { mode: "followup", debounceMs: 0 } };
config.channels = { "bench-chat": { dmPolicy: "open", allowFrom: ["*"], port: service.port } };
fs.writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });

const floorHome = createHome({ port: port + 2, ...place });
const gateway = startGateway(home, process.argv.slice(split + 1), { OPENCLAW_SKIP_CHANNELS: "" });
const floor = startGateway(floorHome, [
  process.execPath,
  path.join(here, "floor.mjs"),
  "{port}",
  String(floorHome.llmPort),
]);
const result = {};
try {
  await gateway.firstClient();
  const floorClient = await floor.firstClient();
  await service.ready;

  let said = 0;
  const say = (chat, text) => service.say({ id: `m${++said}`, chat, text });
  const inboundMs = async (n) => {
    const request = model.nextRequest();
    const started = performance.now();
    say("1", `<1.${n}>`);
    const arrived = await request;
    await service.answered(said);
    return arrived - started;
  };
  // The two take turns, so that what else the machine does meets both.
  const inbound = [];
  const floorTimes = [];
  for (let n = -warmUp; n < rounds; n++) {
    const own = await inboundMs(n + warmUp);
    const floorMs = await chatTurn(floorClient, "floor", "hello");
    if (n < 0) continue; // the code is not warm yet
    inbound.push(own);
    floorTimes.push(floorMs);
  }
  result.floorTurnMs = round(median(floorTimes));
  result.inbound = { p50Ms: round(median(inbound)), ratio: round(median(inbound) / median(floorTimes)) };

  const chats = Array.from({ length: load.chats }, (_, index) => String(1000 + index));
  const messages = load.chats * load.perChat;
  /** Everybody writes, and so often that all is said within the time. */
  const burst = async (first) => {
    const begun = performance.now();
    const before = service.answers.length;
    for (let n = 0; n < messages; n++) {
      const due = begun + (n * load.overMs) / messages;
      if (performance.now() < due) await sleep(due - performance.now());
      say(chats[n % load.chats], `<${first}.${Math.floor(n / load.chats)}>`);
    }
    await service.answered(said);
    return { answers: service.answers.slice(before), ms: performance.now() - begun };
  };
  // Sessions, code and buffers are there after the first time; memory is compared from then on.
  await burst(2);
  await sleep(restMs);
  const before = treeRssMb(gateway.process.pid);
  const { answers, ms } = await burst(3);
  await sleep(restMs);
  const after = treeRssMb(gateway.process.pid);
  const inOrder = chats.every((chat) => {
    const own = answers.filter(({ to }) => to === chat).map(({ text }) => /<3\.(\d+)>/.exec(text)?.[1]);
    return own.join() === Array.from({ length: load.perChat }, (_, n) => n).join();
  });
  result.load = {
    messages,
    chats: load.chats,
    answered: answers.length,
    inOrder,
    seconds: round(ms / 1000),
    beforeMb: round(before, 1),
    afterMb: round(after, 1),
    memoryRatio: round(after / before),
  };
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
  floor.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();
