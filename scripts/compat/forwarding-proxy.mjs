import { once } from "node:events";
import net from "node:net";

/** An address set aside for examples: the machine that connections through the proxy claim to come from. */
const farAddress = "192.0.2.7";

/**
 * A proxy on this machine in front of the Gateway. It adds `X-Forwarded-For` to the first request of each connection,
 * so that what comes through it counts as coming from another machine and has to be approved.
 * @param {number} gatewayPort
 * @returns {Promise<{ port: number, close(): Promise<void> }>}
 */
export async function startForwardingProxy(gatewayPort) {
  const open = new Set();
  const server = net.createServer((incoming) => {
    const outgoing = net.connect(gatewayPort, "127.0.0.1");
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ]) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
    incoming.once("data", (first) => {
      const head = first.indexOf("\r\n") + 2;
      outgoing.write(first.subarray(0, head));
      outgoing.write(`X-Forwarded-For: ${farAddress}\r\n`);
      outgoing.write(first.subarray(head));
      incoming.pipe(outgoing);
    });
    outgoing.pipe(incoming);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
