import { describe, expect, it } from "vitest";
import { CliError } from "../run/cli-error.ts";
import { parseGlobalFlags } from "./global-flags.ts";

describe("parseGlobalFlags", () => {
  it("takes what stands before the first word and leaves the rest to the command", () => {
    expect(parseGlobalFlags(["--no-color", "--profile", "work", "gateway", "--dev", "-v"])).toMatchObject({
      profile: "work",
      noColor: true,
      version: false,
      rest: ["gateway", "--dev", "-v"],
    });
    expect(parseGlobalFlags(["-v"]).version).toBe(true);
    expect(parseGlobalFlags(["--dev", "status"])).toMatchObject({ profile: "dev", dev: true, rest: ["status"] });
  });

  it.each([
    [["--dev", "--profile", "x"], "[openclaw] Cannot combine --dev with --profile"],
    [["--profile"], "[openclaw] --profile requires a value"],
    [["--profile", "Bad!"], '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)'],
  ])("refuses %j with exit code 2", (argv, message) => {
    const refused = (() => {
      try {
        return parseGlobalFlags(argv);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(CliError);
    expect(refused).toMatchObject({ message, exitCode: 2 });
  });
});
