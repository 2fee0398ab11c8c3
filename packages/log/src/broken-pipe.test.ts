import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { ignoreBrokenPipe } from "./index.ts";

const failure = (code: string) => Object.assign(new Error(code), { code });

it("swallows a closed pipe and passes other errors on", () => {
  const stream = new PassThrough();
  ignoreBrokenPipe(stream);
  ignoreBrokenPipe(stream);
  expect(stream.listenerCount("error")).toBe(1);
  expect(() => stream.emit("error", failure("EPIPE"))).not.toThrow();
  expect(() => stream.emit("error", failure("ENOSPC"))).toThrow("ENOSPC");
});

it("leaves other errors to other listeners", () => {
  const stream = new PassThrough();
  const seen: unknown[] = [];
  stream.on("error", (error) => seen.push(error));
  ignoreBrokenPipe(stream);
  expect(() => stream.emit("error", failure("ENOSPC"))).not.toThrow();
  expect(seen).toHaveLength(1);
});
