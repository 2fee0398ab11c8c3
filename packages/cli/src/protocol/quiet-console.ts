import { Console } from "node:console";

/** Lets whatever prints while a protocol has standard output print on another stream. */
export async function withQuietConsole<T>(stream: NodeJS.WritableStream, work: () => Promise<T>): Promise<T> {
  const before = globalThis.console;
  globalThis.console = new Console(stream, stream);
  try {
    return await work();
  } finally {
    globalThis.console = before;
  }
}
