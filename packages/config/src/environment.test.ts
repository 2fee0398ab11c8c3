import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { environmentVariables, ignoredLegacyVariables, isNixMode, readFlag, readVariable } from "./environment.ts";

describe("the table of environment variables", () => {
  it.each(environmentVariables.map((row) => [row.name, row] as const))(
    "%s is trimmed, and blank counts as unset",
    (name, row) => {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(row.meaning).toMatch(/^\S.*\.$/);
      expect(readVariable({}, name)).toBeUndefined();
      expect(readVariable({ [name]: "  " }, name)).toBeUndefined();
      expect(readVariable({ [name]: " v " }, name)).toBe("v");
      for (const legacy of row.legacy ?? []) {
        expect(readVariable({ [legacy]: "old" }, name)).toBe("old");
        expect(readVariable({ [legacy]: "old", [name]: "" }, name)).toBe("old");
        expect(readVariable({ [legacy]: "old", [name]: "new" }, name)).toBe("new");
      }
    },
  );

  it("names every variable once", () => {
    const names = environmentVariables.flatMap((row) => [row.name, ...(row.legacy ?? [])]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("holds every variable with our prefix that this package reads", () => {
    const known = new Set(environmentVariables.flatMap((row) => [row.name, ...(row.legacy ?? [])]));
    const here = import.meta.dirname;
    for (const file of readdirSync(here).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))) {
      for (const [name] of readFileSync(`${here}/${file}`, "utf8").matchAll(
        /\b(?:OPENCLAW|CLAWDBOT)_[A-Z_]*[A-Z]\b/g,
      )) {
        expect(known, `${name} in ${file}`).toContain(name);
      }
    }
  });
});

it("reads switches in any case and knows when it is neither", () => {
  for (const text of ["1", "true", "YES", "On"])
    expect(readFlag({ OPENCLAW_SKIP_CHANNELS: text }, "OPENCLAW_SKIP_CHANNELS")).toBe(true);
  for (const text of ["0", "False", "no", "OFF"])
    expect(readFlag({ OPENCLAW_SKIP_CHANNELS: text }, "OPENCLAW_SKIP_CHANNELS")).toBe(false);
  expect(readFlag({ OPENCLAW_SKIP_CHANNELS: "2" }, "OPENCLAW_SKIP_CHANNELS")).toBeUndefined();
});

it("knows Nix mode by exactly 1", () => {
  expect(isNixMode({ OPENCLAW_NIX_MODE: "1" })).toBe(true);
  expect(isNixMode({ OPENCLAW_NIX_MODE: "true" })).toBe(false);
});

it("names old variables that have no effect, and not those that have", () => {
  const env = { MOLTBOT_STATE_DIR: "/x", CLAWDBOT_FOO: "1", CLAWDBOT_STATE_DIR: "/y", CLAWDBOT_BAR: " " };
  expect(ignoredLegacyVariables(env)).toEqual(["CLAWDBOT_FOO", "MOLTBOT_STATE_DIR"]);
});
