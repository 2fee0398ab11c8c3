import type { OpenClawConfig } from "@openclaw/config";
import { describe, expect, it } from "vitest";
import { nativeCommands } from "./native-commands.ts";

/** What `channel` is offered when there are some commands and some skills. */
function offered(channel: string, config: OpenClawConfig, counts = { commands: 1, skills: 1 }): string[] {
  const commands = Array.from({ length: counts.commands }, (_, index) => ({
    name: `command-${index}`,
    description: "does something",
    args: [],
  }));
  const skills = Array.from({ length: counts.skills }, (_, index) => ({
    name: `skill-${index}`,
    description: "knows something",
  }));
  return nativeCommands(channel, {
    config,
    agentId: "main",
    channels: {
      get: (id) => ({
        meta: { id, label: id },
        capabilities: { chatKinds: ["direct"], nativeCommands: true },
        start: () => Promise.reject(new Error("never started")),
      }),
    },
    commands: {
      registry: { native: () => commands },
      skillCommands: () => skills,
    },
  }).map(({ name }) => name);
}

describe("the menu of a service", () => {
  it("offers commands and skills, each with a switch of its own, of the channel before the general one", () => {
    expect(offered("discord", {})).toEqual(["command-0", "skill-0"]);
    expect(offered("discord", { channels: { discord: { commands: { nativeSkills: false } } } })).toEqual(["command-0"]);
    expect(offered("discord", { commands: { nativeSkills: false } })).toEqual(["command-0"]);
    expect(offered("discord", { commands: { native: false } })).toEqual([]);
    expect(
      offered("discord", { commands: { native: false }, channels: { discord: { commands: { native: true } } } }),
    ).toEqual(["command-0", "skill-0"]);
  });

  it("goes without skills where not everything fits", () => {
    expect(offered("discord", {}, { commands: 60, skills: 41 })).toHaveLength(60);
    expect(offered("discord", {}, { commands: 60, skills: 40 })).toHaveLength(100);
  });
});
