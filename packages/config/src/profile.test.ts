import { expect, it } from "vitest";
import { exportProfile, parseProfileFlags } from "./profile.ts";

it("takes the flags before the first argument that is none", () => {
  expect(parseProfileFlags(["--profile", "work", "--no-color", "status", "--dev"])).toEqual({
    profile: "work",
    dev: false,
    rest: ["--no-color", "status", "--dev"],
  });
  expect(parseProfileFlags(["--profile=a_1", "x"])).toEqual({ profile: "a_1", dev: false, rest: ["x"] });
  expect(parseProfileFlags(["--dev", "gateway"])).toEqual({ profile: "dev", dev: true, rest: ["gateway"] });
  expect(parseProfileFlags(["--", "--dev"])).toEqual({ dev: false, rest: ["--", "--dev"] });
  expect(parseProfileFlags([])).toEqual({ dev: false, rest: [] });
});

it.each([
  [["--dev", "--profile", "x"], "[openclaw] Cannot combine --dev with --profile"],
  [["--profile"], "[openclaw] --profile requires a value"],
  [["--profile="], "[openclaw] --profile requires a value"],
  [["--profile", "--dev"], "[openclaw] --profile requires a value"],
  [["--profile", "a/b"], '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)'],
  [["--profile", "a".repeat(65)], '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)'],
])("refuses %j", (argv, message) => {
  expect(() => parseProfileFlags(argv)).toThrow(message);
});

it("hands a profile to child processes without replacing what is set", () => {
  const env: NodeJS.ProcessEnv = {};
  expect(exportProfile(env, { profile: "dev", dev: true }, { stateDir: "/h/.openclaw-dev" })).toEqual([
    "OPENCLAW_PROFILE",
    "OPENCLAW_STATE_DIR",
    "OPENCLAW_CONFIG_PATH",
    "OPENCLAW_GATEWAY_PORT",
  ]);
  expect(env).toEqual({
    OPENCLAW_PROFILE: "dev",
    OPENCLAW_STATE_DIR: "/h/.openclaw-dev",
    OPENCLAW_CONFIG_PATH: "/h/.openclaw-dev/openclaw.json",
    OPENCLAW_GATEWAY_PORT: "19001",
  });
  const set: NodeJS.ProcessEnv = { OPENCLAW_STATE_DIR: "/mine", OPENCLAW_GATEWAY_PORT: "7" };
  exportProfile(set, { profile: "dev", dev: true }, { stateDir: "/mine" });
  expect(set).toMatchObject({ OPENCLAW_STATE_DIR: "/mine", OPENCLAW_GATEWAY_PORT: "7" });
  const none: NodeJS.ProcessEnv = {};
  expect(exportProfile(none, {}, { stateDir: "/x" })).toEqual([]);
  expect(none).toEqual({});
});
