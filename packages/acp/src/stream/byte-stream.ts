import type { Readable } from "node:stream";

/** A stream of Node as the library of the protocol reads it. */
export function byteStream(stream: Readable): ReadableStream<Uint8Array> {
  let detach = () => {};
  return new ReadableStream({
    start(control) {
      const onData = (chunk: Buffer) => control.enqueue(new Uint8Array(chunk));
      const onEnd = () => {
        detach();
        control.close();
      };
      const onError = (error: Error) => {
        detach();
        control.error(error);
      };
      detach = () => {
        stream.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
      };
      stream.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    },
    cancel() {
      detach();
      stream.destroy();
    },
  });
}
