import { describe, expect, it } from "vitest";
import { parseArguments } from "../parse/parse-arguments.ts";
import { findNode } from "../spec/command-tree.ts";
import { readStartFlags, type StartInput } from "./start-flags.ts";

const command = findNode("gateway run")?.command;
const read = (line: string, devProfile = false) => {
  if (!command) throw new Error("gateway run is missing");
  const { flags } = parseArguments(command, line.split(" ").filter(Boolean));
  return readStartFlags(flags as unknown as StartInput, devProfile);
};

describe("readStartFlags", () => {
  it("understands all of them", () => {
    expect(
      read("--port 19001 --bind lan --auth token --token t --compact --tailscale off --allow-unconfigured"),
    ).toEqual({
      gateway: {
        port: 19001,
        bind: "lan",
        auth: "token",
        token: "t",
        password: undefined,
        tailscale: "off",
        tailscaleResetOnExit: false,
        allowUnconfigured: true,
      },
      wsLog: "compact",
      badBind: false,
    });
  });

  it.each([
    ["--reset", "Use --reset with --dev."],
    ["--reset --ws-log loud", "Use --reset with --dev."],
    ["--ws-log loud --port abc", 'Invalid --ws-log (use "auto", "full", "compact")'],
    ["--port abc --auth no", "Invalid port"],
    ["--port 0", "Invalid port"],
    ["--port 65536", "Invalid port"],
    ["--auth no --tailscale no", 'Invalid --auth (use "token" or "password")'],
    ["--tailscale no", 'Invalid --tailscale (use "off", "serve", or "funnel")'],
    ["--claude-cli-logs", "--claude-cli-logs is not available in this build"],
  ])("refuses %s", (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it("leaves a bad bind mode for later and lets the dev profile reset", () => {
    expect(read("--bind nowhere").badBind).toBe(true);
    expect(() => read("--reset", true)).not.toThrow();
  });
});
