import fc from "fast-check";
import { expect, test } from "vitest";
import { coreToolOrder } from "./tool-groups.ts";
import { resolveToolPolicy, type ToolPolicyInput } from "./tool-policy.ts";

const run = { provider: "openai", model: "gpt-5.2" };
const allowed = (input: Partial<ToolPolicyInput>, names: readonly string[] = coreToolOrder) => {
  const policy = resolveToolPolicy({ ...run, ...input });
  return names.filter((name) => policy.allows(name));
};

test("without any policy every tool is allowed", () => {
  expect(allowed({})).toEqual([...coreToolOrder]);
});

test("a profile minus a denied group leaves the rest of the profile", () => {
  expect(allowed({ global: { profile: "coding", deny: ["group:runtime"] } })).toEqual([
    "read",
    "edit",
    "write",
    "apply_patch",
    "sessions_list",
    "sessions_history",
    "sessions_send",
    "sessions_spawn",
    "session_status",
    "image",
    "memory_search",
    "memory_get",
  ]);
});

test("of the provider entries only the exact model key applies", () => {
  const byProvider = { "OpenAI/GPT-5.2": { allow: ["group:fs"] }, openai: { profile: "minimal" as const } };
  expect(allowed({ global: { byProvider } })).toEqual(["read", "edit", "write", "apply_patch"]);
  expect(allowed({ global: { byProvider }, model: "gpt-4" })).toEqual(["session_status"]);
});

test("an allow list without any core tool is ignored with a warning", () => {
  const policy = resolveToolPolicy({ ...run, agent: { allow: ["slack"] } });
  expect(policy.allows("exec")).toBe(true);
  expect(policy.warnings).toEqual([
    "tools: agents.list[].tools allowlist contains unknown entries (slack). Ignoring allowlist so core tools remain available. Use tools.alsoAllow for additive plugin tool enablement.",
  ]);
});

test("an unknown name beside a core tool is only reported", () => {
  const policy = resolveToolPolicy({ ...run, global: { allow: ["read", "slack"] } });
  expect(policy.allows("read")).toBe(true);
  expect(policy.allows("exec")).toBe(false);
  expect(policy.warnings[0]).toContain("(slack). These entries won't match any tool unless the plugin is enabled.");
});

test("subagents never get their denied tools back", () => {
  const subagents = { tools: { allow: ["read", "cron"], deny: ["write"] } };
  expect(allowed({ global: { subagents }, subagent: true })).toEqual(["read"]);
});

test("names have aliases, wildcards and letter case does not matter", () => {
  expect(allowed({ global: { deny: ["Bash"] } })).not.toContain("exec");
  expect(allowed({ global: { deny: ["SESSIONS_*"] } })).not.toContain("sessions_list");
  expect(allowed({ global: { deny: ["*"] } })).toEqual([]);
  expect(allowed({ global: { allow: ["exec"] } })).toEqual(["apply_patch", "exec"]);
});

test("alsoAllow extends a profile", () => {
  expect(allowed({ global: { profile: "minimal", alsoAllow: ["read"] } })).toEqual(["read", "session_status"]);
});

test("a plugin's id stands for its tools", () => {
  const pluginTools = { matrix: ["matrix_send"] };
  const names = ["read", "matrix_send"];
  expect(allowed({ global: { deny: ["matrix"] }, pluginTools }, names)).toEqual(["read"]);
  expect(allowed({ global: { allow: ["read", "group:plugins"] }, pluginTools }, names)).toEqual(names);
});

test("a further level never gives a tool back", () => {
  const pattern = fc.constantFrom("*", "group:fs", "group:runtime", "exec", "read", "sessions_*", "bash");
  const lists = fc.record({ allow: fc.array(pattern), deny: fc.array(pattern) });
  fc.assert(
    fc.property(lists, lists, (global, agent) => {
      const before = allowed({ global });
      for (const name of allowed({ global, agent })) expect(before).toContain(name);
    }),
  );
});
