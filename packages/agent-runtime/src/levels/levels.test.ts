import { describe, expect, it } from "vitest";
import { chatElevatedRefusal } from "./elevated-refusal.ts";
import { resolveLevels } from "./resolve-levels.ts";

const config = {
  agents: { defaults: { thinkingDefault: "medium", verboseDefault: "on", elevatedDefault: "full" } },
};
const run = { modelReasons: true, elevatedAllowed: true };

describe("the levels of a run", () => {
  it("come from the message, else the session, else the configuration, else the model", () => {
    const entry = { thinkingLevel: "off", reasoningLevel: "stream" };
    expect(resolveLevels({ inline: { thinking: "high" }, entry, config }, run)).toEqual({
      thinking: "high",
      verbose: "on",
      reasoning: "stream",
      elevated: "full",
    });
    expect(resolveLevels({ entry, config }, run).thinking).toBe("off");
    expect(resolveLevels({ entry: undefined, config }, run).thinking).toBe("medium");
    expect(resolveLevels({ entry: undefined, config: {} }, run)).toEqual({
      thinking: "low",
      verbose: "off",
      reasoning: "off",
      elevated: "on",
    });
    expect(
      resolveLevels({ entry: { thinkingLevel: "???" }, config: {} }, { ...run, modelReasons: false }).thinking,
    ).toBe("off");
  });

  it("are never elevated for a sender who may not be", () => {
    const levels = resolveLevels(
      { inline: { elevated: "full" }, entry: { elevatedLevel: "full" }, config },
      { ...run, elevatedAllowed: false },
    );
    expect(levels.elevated).toBe("off");
  });
});

describe("what a chat is told that may not use elevated commands", () => {
  it("names the gates that are shut and where to look", () => {
    const place = { channel: "telegram", sessionKey: "agent:main:main", sandboxed: false };
    expect(chatElevatedRefusal({ allowed: false, failing: ["enabled", "allowFrom"] }, place)).toBe(
      [
        "elevated is not available right now (runtime=direct).",
        "Failing gates: enabled (tools.elevated.enabled / agents.list[].tools.elevated.enabled), " +
          "allowFrom (tools.elevated.allowFrom.telegram / agents.list[].tools.elevated.allowFrom.telegram)",
        "See: openclaw sandbox explain --session agent:main:main",
      ].join("\n"),
    );
    expect(chatElevatedRefusal({ allowed: false, failing: ["enabled"] }, { ...place, sandboxed: true })).toMatch(
      /^elevated is not available right now \(runtime=sandboxed\)\.\n/,
    );
  });
});
