import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** What a connection asked for. */
export interface EdgeRequest {
  url: URL;
  headers: IncomingMessage["headers"];
  format: string;
  ssml: string;
}

export interface FakeEdge extends AsyncDisposable {
  /** `ws://127.0.0.1:<port>/edge`. */
  readonly url: string;
  readonly requests: readonly EdgeRequest[];
}

/** A server that speaks like Microsoft's: it answers with the sound `sound:<format>` in two pieces. */
export async function startFakeEdge(
  options: { refuses?: (format: string) => boolean; silent?: boolean } = {},
): Promise<FakeEdge> {
  const requests: EdgeRequest[] = [];
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket, incoming) => {
    let format = "";
    socket.on("message", (data) => {
      const [head = "", body = ""] = data.toString().split("\r\n\r\n");
      if (/Path:speech\.config/.test(head)) {
        format = JSON.parse(body).context.synthesis.audio.outputFormat;
        return;
      }
      requests.push({
        url: new URL(incoming.url ?? "", "ws://localhost"),
        headers: incoming.headers,
        format,
        ssml: body,
      });
      if (options.silent) return;
      if (options.refuses?.(format)) return socket.close(1007, "Unsupported output format");
      socket.send("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}");
      for (const piece of ["sound:", format])
        socket.send(binary("X-RequestId:1\r\nPath:audio\r\n", Buffer.from(piece)));
      const word = { Type: "WordBoundary", Data: { Offset: 1_000_000, Duration: 2_500_000, text: { Text: "Hello" } } };
      socket.send(`X-RequestId:1\r\nPath:audio.metadata\r\n\r\n${JSON.stringify({ Metadata: [word] })}`);
      socket.send("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}");
    });
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/edge`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function binary(head: string, body: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(head.length);
  return Buffer.concat([length, Buffer.from(head), body]);
}
