import { describe, expect, it } from "vitest";
import { resolveCommand } from "./resolve-command.ts";

const resolve = (line: string) => {
  const { node, argv, help } = resolveCommand(line.split(" ").filter(Boolean));
  return { id: node?.id, argv, help };
};

describe("resolveCommand", () => {
  it.each([
    ["", undefined, []],
    ["status --json", "status", ["--json"]],
    ["gateway", "gateway", []],
    ["gateway run --port 1", "gateway run", ["--port", "1"]],
    ["gateway --port 1 run --port 2", "gateway run", ["--port", "1", "--port", "2"]],
    ["gateway --token t call health", "gateway call", ["--token", "t", "health"]],
    ["config get gateway.port", "config get", ["gateway.port"]],
    ["config", "config", []],
    ["service --json", "gateway status", ["--json"]],
    ["daemon status", "gateway status", []],
    ["agent -m status --agent main", "agent", ["-m", "status", "--agent", "main"]],
    ["config set a.b -- -5", "config set", ["a.b", "--", "-5"]],
  ])("%s", (line, id, argv) => {
    expect(resolve(line)).toEqual({ id, argv, help: false });
  });

  it("sees --help anywhere but in a value and behind --", () => {
    expect(resolve("gateway run --help").help).toBe(true);
    expect(resolve("agent -m --help").help).toBe(false);
    expect(resolve("config set a -- -h").help).toBe(false);
  });

  it("refuses unknown words and says what was probably meant", () => {
    expect(() => resolve("statos")).toThrow("error: unknown command 'statos'\n(Did you mean status?)");
    expect(() => resolve("gateway rnu")).toThrow("error: unknown command 'rnu'\n(Did you mean run?)");
    expect(() => resolve("xyzzyplugh")).toThrow(/^error: unknown command 'xyzzyplugh'$/);
    expect(() => resolve("config gte a")).toThrow("(Did you mean get?)");
  });

  it("never suggests a hidden name", () => {
    expect(() => resolve("servic")).toThrow(/^error: unknown command 'servic'$/);
  });
});
