import { describe, expect, it } from "vitest";
import { defineCommand } from "../spec/command-spec.ts";
import { parseArguments } from "./parse-arguments.ts";

const command = defineCommand({
  id: "demo put",
  summary: "A command for tests",
  flags: {
    target: { type: "string", char: "t", value: "dest", required: true, summary: "where to" },
    shell: { type: "string", char: "s", value: "shell", options: ["zsh", "bash"], default: "zsh", summary: "shell" },
    limit: { type: "integer", default: 20, min: 1, summary: "how many" },
    timeout: { type: "integer", default: 5, min: 1, refusal: "--timeout must be a positive integer", summary: "ms" },
    port: { type: "integer", unchecked: true, summary: "checked elsewhere" },
    force: { type: "boolean", char: "f", summary: "really" },
  },
  args: [{ name: "path", summary: "what", required: true }],
  config: "none",
  load: async () => ({ run: async () => 0 }),
});
const parse = (...argv: string[]) => parseArguments(command, argv);

describe("parseArguments", () => {
  it("reads long, short and inline values and fills in defaults", () => {
    expect(parse("a", "-t", "x", "--limit=3", "-f")).toEqual({
      args: ["a"],
      flags: { target: "x", shell: "zsh", limit: 3, timeout: 5, port: undefined, force: true },
    });
  });

  it("takes the last of a repeated flag", () => {
    expect(parse("a", "-t", "x", "--target", "y").flags.target).toBe("y");
  });

  it("takes everything behind -- as arguments", () => {
    expect(parse("-t", "x", "--", "--force").args).toEqual(["--force"]);
  });

  it("leaves unchecked values to the command", () => {
    expect(parse("a", "-t", "x", "--port", "abc").flags.port).toBe("abc");
  });

  it.each([
    [["a", "-t", "x", "--bogus"], "error: unknown option '--bogus'"],
    [["a", "-t", "x", "-z"], "error: unknown option '-z'"],
    [["-t", "x"], "error: missing required argument 'path'"],
    [["a"], "error: required option '-t, --target <dest>' not specified"],
    [["a", "b", "-t", "x"], "error: too many arguments for 'put'. Expected 1 argument but got 2."],
    [["a", "-t"], "error: option '-t, --target <dest>' argument missing"],
    [["a", "-t", "x", "--force=yes"], "error: option '--force' does not take a value"],
    [
      ["a", "-t", "x", "-s", "tcsh"],
      "error: option '-s, --shell <shell>' argument 'tcsh' is invalid. Allowed choices are zsh, bash.",
    ],
    [
      ["a", "-t", "x", "--limit", "0"],
      "error: option '--limit <n>' argument '0' is invalid. It must be a whole number of at least 1.",
    ],
    [["a", "-t", "x", "--limit", "1e3"], "argument '1e3' is invalid"],
    [["a", "-t", "x", "--timeout", "-5"], "--timeout must be a positive integer"],
  ])("refuses %j", (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
  });
});
