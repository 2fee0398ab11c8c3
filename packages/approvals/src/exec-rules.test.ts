import { describe, expect, it, test } from "vitest";
import { elevatedAccess, elevatedLevel, elevatedRefusal } from "./elevated.ts";
import { decideExec, decideUnanswered } from "./exec-rules.ts";
import { readApprovals } from "./file/approvals-file.ts";
import { effectivePolicy } from "./file/approvals-policy.ts";

describe("the decision", () => {
  test.each([
    ["deny", "always", true, "deny"],
    ["allowlist", "on-miss", true, "run"],
    ["allowlist", "on-miss", false, "ask"],
    ["allowlist", "always", true, "ask"],
    ["allowlist", "off", true, "run"],
    ["allowlist", "off", false, "deny"],
    ["full", "on-miss", false, "run"],
    ["full", "off", false, "run"],
    ["full", "always", true, "ask"],
  ] as const)("security %s, ask %s, satisfied %s: %s", (security, ask, satisfied, kind) => {
    expect(decideExec({ security, ask }, satisfied).kind).toBe(kind);
  });

  it("without an answer is what the fallback says", () => {
    expect(decideUnanswered("full", false)).toBe("run");
    expect(decideUnanswered("allowlist", true)).toBe("run");
    expect(decideUnanswered("allowlist", false)).toBe("deny");
    expect(decideUnanswered("deny", true)).toBe("deny");
  });
});

describe("the policy of an agent", () => {
  const file = readApprovals({
    version: 1,
    defaults: { security: "full", ask: "off", askFallback: "full" },
    agents: {
      "*": { ask: "on-miss", allowlist: ["/bin/ls"] },
      work: { security: "allowlist", allowlist: ["/bin/cat"] },
    },
  });

  it("takes each field from the agent, then from *, then from the defaults", () => {
    expect(effectivePolicy(file, "work")).toMatchObject({ security: "allowlist", ask: "on-miss", askFallback: "full" });
    expect(effectivePolicy(file, "other")).toMatchObject({ security: "full", ask: "on-miss" });
    expect(effectivePolicy(file, "work").allowlist.map(({ pattern }) => pattern)).toEqual(["/bin/cat", "/bin/ls"]);
  });

  it("is the stricter of the file and of the side that asks", () => {
    expect(effectivePolicy(file, "other", { security: "allowlist", ask: "always" })).toMatchObject({
      security: "allowlist",
      ask: "always",
    });
    expect(effectivePolicy(file, "work", { security: "full", ask: "off" })).toMatchObject({
      security: "allowlist",
      ask: "on-miss",
    });
  });

  it("is what the asking side wants where the file says nothing, and deny where nobody does", () => {
    expect(effectivePolicy({ version: 1 }, "main", { security: "allowlist", ask: "off" })).toMatchObject({
      security: "allowlist",
      ask: "off",
      askFallback: "deny",
      autoAllowSkills: false,
    });
    expect(effectivePolicy({ version: 1 }, "main")).toMatchObject({ security: "deny", ask: "on-miss" });
  });
});

describe("elevated", () => {
  const sender = { channel: "telegram", names: ["12345", "@Peter_P", "+4312345"] };
  const all = (list: (string | number)[], enabled?: boolean) => ({
    all: { ...(enabled === undefined ? {} : { enabled }), allowFrom: { telegram: list } },
  });

  test.each([["*"], [12345], ["telegram:12345"], ["telegram:user:12345"], ["peter_p"], ["@PETER_P"], ["peter-p"]])(
    "knows the sender as %s",
    (entry) => expect(elevatedAccess(sender, all([entry]))).toEqual({ allowed: true }),
  );

  it("is for nobody without a list, and for nobody else", () => {
    const nobody = { allowed: false, failing: ["allowFrom"] };
    expect(elevatedAccess(sender, {})).toEqual(nobody);
    expect(elevatedAccess(sender, all([]))).toEqual(nobody);
    expect(elevatedAccess(sender, all(["1234", "peter"]))).toEqual(nobody);
    expect(elevatedAccess(sender, { all: { allowFrom: { discord: ["*"] } } })).toEqual(nobody);
  });

  it("needs all gates", () => {
    expect(elevatedAccess(sender, all(["*"], false))).toEqual({ allowed: false, failing: ["enabled"] });
    const agent = { allowFrom: { telegram: ["1"] } };
    expect(elevatedAccess(sender, { ...all(["*"]), agent })).toEqual({ allowed: false, failing: ["allowFrom"] });
    expect(elevatedAccess(sender, { ...all(["*"]), agent: { enabled: false } })).toMatchObject({ allowed: false });
  });

  it("takes the level of the message, then of the session, then of the configuration", () => {
    const allowed = { allowed: true } as const;
    expect(elevatedLevel(allowed, { inline: "ask", session: "full" })).toBe("ask");
    expect(elevatedLevel(allowed, { session: "off", configured: "full" })).toBe("off");
    expect(elevatedLevel(allowed, { configured: "full" })).toBe("full");
    expect(elevatedLevel(allowed, {})).toBe("on");
    expect(elevatedLevel({ allowed: false, failing: [] }, { session: "full" })).toBe("off");
  });

  it("says why not and which keys to look at", () => {
    expect(
      elevatedRefusal({
        failing: ["enabled", "allowFrom"],
        sandboxed: true,
        channel: "slack",
        sessionKey: "agent:a:b",
      }),
    ).toBe(
      [
        "elevated is not available right now (runtime=sandboxed).",
        "Failing gates: enabled (tools.elevated.enabled / agents.list[].tools.elevated.enabled), allowFrom (tools.elevated.allowFrom.slack / agents.list[].tools.elevated.allowFrom.slack)",
        "Context: provider=slack session=agent:a:b",
        "Fix-it keys:",
        "- tools.elevated.enabled",
        "- tools.elevated.allowFrom.slack",
        "- agents.list[].tools.elevated.enabled",
        "- agents.list[].tools.elevated.allowFrom.slack",
      ].join("\n"),
    );
  });
});
