import { expect, test } from "vitest";
import { answerText, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime } from "../testing/test-runtime.ts";
import { groupToolPolicy } from "./group-tool-policy.ts";

const config = {
  channels: {
    telegram: {
      groups: {
        "-100": {
          tools: { allow: ["read"], alsoAllow: ["exec"] },
          toolsBySender: { "@Ann": { deny: ["write"] } },
        },
        "*": { tools: { deny: ["group:runtime"] } },
      },
    },
  },
};

test("a group's own policy comes before that of all groups, also in its topics", () => {
  const own = { allow: ["read", "exec"], alsoAllow: ["exec"] };
  expect(groupToolPolicy(config, "agent:main:telegram:group:-100")).toEqual(own);
  expect(groupToolPolicy(config, "agent:main:telegram:group:-100:topic:7")).toEqual(own);
  expect(groupToolPolicy(config, "agent:main:telegram:group:-200")).toEqual({ deny: ["group:runtime"] });
});

test("what a group says of the sender comes first, by id or name", () => {
  expect(groupToolPolicy(config, "agent:main:telegram:group:-100", ["5", "ann"])).toEqual({ deny: ["write"] });
});

test("direct chats and other channels have no group policy", () => {
  expect(groupToolPolicy(config, "agent:main:main")).toBeUndefined();
  expect(groupToolPolicy(config, "agent:main:discord:channel:1")).toBeUndefined();
});

test("a subagent may do no more than the group of the one that made it", async () => {
  const model = scriptedModel([answerText("done")]);
  const runtime = createTestRuntime(model, { config: { ...config, agents: { defaults: { skipBootstrap: true } } } });
  const child = "agent:main:subagent:1";
  runtime.sessions.ensure(child);
  runtime.sessions.update(child, () => ({ spawnedBy: "agent:main:telegram:group:-200" }));
  await runtime.turn("look", { sessionKey: child });
  const names = model.requests[0]?.tools?.map((tool) => tool.name);
  expect(names).toContain("read");
  expect(names).not.toContain("exec");
  await runtime.close();
});
