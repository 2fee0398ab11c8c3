import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Sent, TestedService } from "../../src/index.ts";
import { lineChannel } from "./line-channel.ts";

/** The service `lineChannel` talks to: it keeps messages until they are acknowledged. */
export async function startLineService(): Promise<TestedService> {
  const unacknowledged = new Map<string, string>();
  const delivered = new Map<string, string>();
  const sent: Sent[] = [];
  const takers: ((sent: Sent) => void)[] = [];
  const connectors: (() => void)[] = [];
  let client: Socket | undefined;
  let refusals: { times: number; retryAfterMs: number } = { times: 0, retryAfterMs: 0 };
  let written = 0;
  let turnAway: (() => void) | undefined;

  const server = createServer((socket) => {
    socket.on("error", () => {});
    if (turnAway !== undefined) {
      socket.destroy();
      turnAway();
      return;
    }
    socket.on("close", () => {
      if (client === socket) client = undefined;
    });
    createInterface({ input: socket }).on("line", (line) => {
      const [word, first = "", ...rest] = line.split(" ");
      if (word === "NICK") {
        client = socket;
        for (const message of unacknowledged.values()) socket.write(message);
        for (const connector of connectors.splice(0)) connector();
      } else if (word === "ACK") unacknowledged.delete(first);
      else if (word === "SEND" && refusals.times > 0) {
        refusals.times -= 1;
        socket.write(`WAIT ${refusals.retryAfterMs}\n`);
      } else if (word === "SEND") {
        const text = String(JSON.parse(rest.join(" ")));
        const files = [...text.matchAll(/ \[file ([^\]]+)\]/g)].map((match) => match[1] ?? "");
        const message: Sent = { chat: first, text: text.replace(/ \[file [^\]]+\]/g, ""), files };
        const taker = takers.shift();
        if (taker) taker(message);
        else sent.push(message);
        socket.write(`OK sent-${++written}\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the line service has no port");

  return {
    channel: lineChannel,
    section: { port: address.port },
    people: { owner: "ada", stranger: "eve" },
    groups: { main: "#tea", other: "#coffee" },
    chatOf: ({ from, group }) => group ?? from,
    async write({ from, group, text, mention }) {
      const id = `in-${++written}`;
      const line = `MSG ${id} ${from} ${group ?? "openclaw"} ${JSON.stringify(mention ? `@openclaw ${text}` : text)}\n`;
      unacknowledged.set(id, line);
      delivered.set(id, line);
      client?.write(line);
      return id;
    },
    async repeat(id) {
      client?.write(delivered.get(id) ?? "");
    },
    nextSent: () => {
      const early = sent.shift();
      return early ? Promise.resolve(early) : new Promise((resolve) => takers.push(resolve));
    },
    untaken: () => sent,
    refuse(times, { retryAfterMs = 0 }) {
      refusals = { times, retryAfterMs };
    },
    async drop() {
      const cut = client;
      if (cut === undefined) return;
      await new Promise<void>((resolve) => {
        cut.once("close", () => resolve());
        cut.destroy();
      });
    },
    outage() {
      const refused = new Promise<void>((resolve) => {
        turnAway = resolve;
      });
      return {
        refused,
        end() {
          turnAway = undefined;
        },
      };
    },
    async garble() {
      client?.write(
        '\n\u0000\nWHAT is this\nOK\nMSG\nMSG m1\nMSG m1 ada openclaw not-json\nMSG  ada #tea "x"\nWAIT soon\nNO\n',
      );
    },
    connected: () => (client ? Promise.resolve() : new Promise((resolve) => connectors.push(resolve))),
    async close() {
      client?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
