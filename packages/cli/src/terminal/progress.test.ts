import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { eraseProgress, startProgress, withProgress } from "./progress.ts";
import { restoreTerminal } from "./restore-terminal.ts";
import { plainStyle as style } from "./style.ts";

/** A stream that keeps what is written. */
function screen(isTTY = true) {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: () => text });
}

const erased = "\r\u001b[2K";

describe("startProgress", () => {
  it("draws one line, changes it, and takes it away once", () => {
    const stream = screen();
    const progress = startProgress("Reading", { stream, style });
    progress.update("Writing", 0.256);
    progress.stop();
    progress.stop();
    progress.update("late");
    expect(stream.text()).toBe(`${erased}◒ Reading${erased}◐ Writing 26%${erased}`);
  });

  it("tells terminals that show it elsewhere, and clears it there too, also after a failure", async () => {
    const stderr = screen();
    const context = { stderr, errorStyle: style, env: { WT_SESSION: "x" } };
    const failing = withProgress("Asking", { context, quiet: false }, async (progress) => {
      progress.update("Asking", 0.5);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences are what is looked for
    expect(stderr.text().match(/\u001b\]9;4;\d;\d+\u0007/g)).toEqual([
      "\u001b]9;4;3;0\u0007",
      "\u001b]9;4;1;50\u0007",
      "\u001b]9;4;0;0\u0007",
    ]);
    const unknown = screen();
    startProgress("Asking", { stream: unknown, style, env: { TERM_PROGRAM: "Apple_Terminal" } }).stop();
    expect(unknown.text()).not.toContain("\u001b]9");
  });

  it("shows one at a time, whoever began it", () => {
    const stream = screen();
    const outer = startProgress("Outer", { stream, style });
    const inner = startProgress("Inner", { stream, style });
    inner.update("Inner still");
    inner.stop();
    expect(stream.text()).toBe(`${erased}◒ Outer`);
    outer.stop();
    startProgress("Next", { stream, style }).stop();
    expect(stream.text()).toContain("Next");
  });

  it("makes way for other lines", () => {
    const stream = screen();
    const progress = startProgress("Working", { stream, style });
    eraseProgress(stream);
    stream.write("a line\n");
    progress.stop();
    eraseProgress(stream);
    expect(stream.text()).toBe(`${erased}◒ Working${erased}a line\n${erased}`);
  });

  it("writes nothing to what is no terminal, or a line now and then where that was asked for", () => {
    const quiet = screen(false);
    startProgress("Working", { stream: quiet, style }).stop();
    startProgress("Working", { stream: screen(), style, quiet: true }).stop();
    expect(quiet.text()).toBe("");
    let now = 0;
    const log = screen(false);
    const progress = startProgress("one", { stream: log, style, elsewhere: "log", now: () => now });
    progress.update("two");
    now = 250;
    progress.update("three");
    progress.stop();
    expect(log.text()).toBe("one\nthree\n");
  });
});

describe("restoreTerminal", () => {
  it("shows the cursor and ends styles, mouse and bracketed pastes, on a terminal alone", () => {
    const [terminal, pipe] = [screen(), screen(false)];
    for (const stream of [terminal, pipe]) restoreTerminal(stream);
    for (const sequence of ["\u001b[0m", "\u001b[?25h", "\u001b[?1000l", "\u001b[?2004l"])
      expect(terminal.text()).toContain(sequence);
    expect(pipe.text()).toBe("");
  });
});
