import { describe, expect, it } from "vitest";
import { completions, isAnsweredAtOnce, readCommands } from "../src/chat/command-completion.ts";

const commands = readCommands([
  { name: "status", textAliases: ["/status"], description: "The state", acceptsArgs: false },
  {
    name: "think",
    textAliases: ["/think", "/t"],
    description: "How long",
    acceptsArgs: true,
    args: [{ choices: [{ value: "low" }, { value: "high" }] }],
  },
  { name: "new", textAliases: ["/new"], description: "Anew", acceptsArgs: true, args: [{}] },
  { name: "config", textAliases: ["/config"], description: "Settings", acceptsArgs: true, args: [{}] },
]);
const labels = (draft: string) => completions(draft, commands).map(({ label }) => label);

describe("the list of commands", () => {
  it("opens with a slash at the beginning, and narrows with what is typed, by name and by alias", () => {
    expect(labels("/")).toEqual(["/status", "/think", "/new", "/config"]);
    expect(labels("/ST")).toEqual(["/status"]);
    expect(labels("/t")).toEqual(["/think"]);
    for (const draft of ["", "hello", " /s", "hello /s", "/nonsense", "/status please"])
      expect(labels(draft)).toEqual([]);
  });

  it("completes a name with a blank where something may follow, and then offers the values", () => {
    expect(completions("/th", commands)).toEqual([{ label: "/think", description: "How long", text: "/think " }]);
    expect(completions("/sta", commands)[0]?.text).toBe("/status");
    expect(labels("/think ")).toEqual(["low", "high"]);
    expect(completions("/t h", commands)).toEqual([{ label: "high", description: "", text: "/t high" }]);
  });

  it("is out of the way of Enter when a command or a value is complete", () => {
    expect(labels("/status")).toEqual([]);
    expect(labels("/think high")).toEqual([]);
  });
});

describe("a command while the assistant writes", () => {
  it("goes out at once, unless it begins a session or is a setting in front of a message", () => {
    for (const text of ["/status", "/think", "/t: high", "/config show gateway.port"]) {
      expect(isAnsweredAtOnce(text, commands), text).toBe(true);
    }
    for (const text of ["/new", "/new hello", "/think high what is up?", "/status report", "/x", "hello"]) {
      expect(isAnsweredAtOnce(text, commands), text).toBe(false);
    }
  });
});
