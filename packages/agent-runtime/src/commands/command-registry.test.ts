import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCommandRegistry } from "./command-registry.ts";
import { type CommandProvider, commandTable } from "./command-table.ts";

const everything: ReadonlySet<CommandProvider> = new Set([
  "compaction",
  "approvals",
  "subagents",
  "bash",
  "allowlist",
  "restart",
  "docks",
  "speech",
]);
const registry = createCommandRegistry({ providers: everything, docks: ["telegram"] });
const recognised = (text: string) => {
  const found = registry.recognise(text);
  return found && [found.command.spec.name, found.args];
};

describe("a message", () => {
  it("is a command when it is nothing else, in any letter case, with a colon or a bot's name", () => {
    expect(recognised(" /STATUS ")).toEqual(["status", ""]);
    expect(recognised("/id")).toEqual(["whoami", ""]);
    expect(recognised("/usage: cost")).toEqual(["usage", "cost"]);
    expect(recognised("/config@claw_bot show a.b")).toEqual(["config", "show a.b"]);
    expect(recognised("/Dock_Telegram")).toEqual(["dock-telegram", ""]);
    expect(recognised("! ls -l")).toEqual(["bash", "ls -l"]);
  });

  it("is for the model when its name is unknown or a sentence begins with it", () => {
    for (const text of ["/x", "/etc/hosts is a file", "status", "/stop that please", "hello /config", "!"]) {
      expect(recognised(text)).toBeUndefined();
    }
  });

  it("gives up the commands inside it that are answered on the way, but not in code", () => {
    expect(registry.takeInline("what does /status say\n\n about  it?")).toMatchObject({
      text: "what does say\n\n about  it?",
      commands: [{ command: { name: "status" } }],
    });
    expect(registry.takeInline("run `a /status` now")).toBeUndefined();
    expect(registry.takeInline("/config and /stop it")).toBeUndefined();
    expect(registry.takeInline("/status")).toBeUndefined();
  });
});

describe("the registry", () => {
  it("leaves out what the Gateway has nothing for", () => {
    const bare = createCommandRegistry({ providers: new Set(), docks: ["telegram"] });
    for (const name of ["compact", "approve", "subagents", "bash", "restart", "allowlist", "dock-telegram"]) {
      expect(bare.has(name)).toBe(false);
    }
    expect(bare.recognise("! ls")).toBeUndefined();
    expect(bare.has("status")).toBe(true);
  });

  it("has each name and alias once", () => {
    const names = registry.list().flatMap((spec) => [spec.name, ...spec.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("gives platforms the enabled commands that have a native name, in names all of them accept", () => {
    const native = registry.native("telegram", (spec) => spec.switch === undefined);
    const names = native.map(({ name }) => name);
    expect(names).toContain("think");
    for (const name of ["bash", "compact", "allowlist", "config", "debug"]) expect(names).not.toContain(name);
    for (const name of names) expect(name).toMatch(/^[a-z0-9_]{1,32}$/);
    for (const { description } of native) expect(description.length).toBeLessThanOrEqual(100);
    expect(names.length).toBeLessThanOrEqual(100);
  });
});

describe("the manual", () => {
  const page = readFileSync(new URL("../../../../docs/chat-commands.md", import.meta.url), "utf8");

  it("has a row for each command with the description of the table, and no others", () => {
    const rows = [...page.matchAll(/^\| `\/([a-z-]+)[^`]*` \| (.*) \|$/gm)].map(([, name, text]) => [name, text]);
    expect(rows.map(([name]) => name).sort()).toEqual([...commandTable.keys()].sort());
    for (const [name, text] of rows) {
      const spec = [...commandTable.values()].find((candidate) => candidate.name === name);
      expect(text).toContain(spec?.description);
      for (const alias of spec?.aliases ?? []) expect(text).toContain(`\`/${alias}\``);
    }
  });
});
