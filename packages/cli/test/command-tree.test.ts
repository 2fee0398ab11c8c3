// `fixtures/commands.json` is the whole tree of the specification. `later.json` names what of it has no engine yet, and
// `additions.json` what is ours beside it; both say exactly what is so, hence `later.json` can only shrink.
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { COMMANDS } from "../src/oclif.ts";
import { aliases, commands, findNode } from "../src/spec/command-tree.ts";

const read = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(fs.readFileSync(new URL(name, import.meta.url), "utf8")));

interface ReferenceCommand {
  name: string;
  aliases: string[];
  runnable: boolean;
  args: { name: string; required: boolean; variadic?: boolean }[];
  flags: { name: string; short: string | null; type: string; options: string[]; required: boolean }[];
  commands?: ReferenceCommand[] | undefined;
}
const referenceCommand: z.ZodType<ReferenceCommand> = z.object({
  name: z.string(),
  aliases: z.array(z.string()),
  runnable: z.boolean(),
  args: z.array(z.object({ name: z.string(), required: z.boolean(), variadic: z.boolean().optional() })),
  flags: z.array(
    z.object({
      name: z.string(),
      short: z.string().nullable(),
      type: z.string(),
      options: z.array(z.string()),
      required: z.boolean(),
    }),
  ),
  get commands() {
    return z.array(referenceCommand).optional();
  },
});
const named = z.strictObject({ commands: z.array(z.string()), flags: z.record(z.string(), z.array(z.string())) });

const root = read("./fixtures/commands.json", referenceCommand);
const later = read("../later.json", named);
const additions = read("../additions.json", named);

const reference = new Map<string, ReferenceCommand>();
const collect = (command: ReferenceCommand, id: string) => {
  for (const child of command.commands ?? []) {
    const childId = id === "" ? child.name : `${id} ${child.name}`;
    reference.set(childId, child);
    collect(child, childId);
  }
};
collect(root, "");

/** Ids that lead somewhere: commands, groups, and their other names. */
const exists = (id: string): boolean => {
  const [first = "", ...rest] = id.split(" ");
  return findNode(id) !== undefined || (aliases[first] !== undefined && exists([aliases[first], ...rest].join(" ")));
};
const ours = new Map(commands.map((command) => [command.id, command]));
const isHelp = (flag: string) => flag === "help" || flag === "version";

describe("the command tree", () => {
  test("has every command of the specification but those that come later", () => {
    const missing = [...reference.keys()].filter((id) => !exists(id));
    expect(missing.toSorted()).toEqual(later.commands.toSorted());
  });

  test("knows commands by their other names", () => {
    const missing = [...reference].flatMap(([id, command]) => {
      const above = id.split(" ").slice(0, -1);
      return exists(id)
        ? command.aliases.map((alias) => [...above, alias].join(" ")).filter((each) => !exists(each))
        : [];
    });
    expect(missing).toEqual([]);
  });

  test("has every flag with its short form and values, but those that come later", () => {
    const missing: Record<string, string[]> = {};
    for (const [id, command] of ours) {
      const flags = (reference.get(id)?.flags ?? []).filter(({ name }) => !isHelp(name));
      const wrong = flags.filter(({ name, short, type, options }) => {
        const own = command.flags[name];
        return (
          own === undefined ||
          (short !== null && own.char !== short) ||
          (type === "boolean") !== (own.type === "boolean") ||
          (own.options !== undefined && options.some((option) => !own.options?.includes(option)))
        );
      });
      if (wrong.length > 0) missing[id] = wrong.map(({ name }) => name).toSorted();
    }
    expect(missing).toEqual(later.flags);
  });

  test("takes the arguments of the specification", () => {
    const wrong = [...ours].flatMap(([id, { args }]) => {
      const wanted = reference.get(id)?.args ?? (additions.commands.includes(id) ? undefined : []);
      if (wanted === undefined) return [];
      // Whether one is missing is for the command to say where it says so in words of its own.
      const shape = (list: readonly { variadic?: boolean | undefined }[]) =>
        list.map(({ variadic = false }) => (variadic ? "many" : "one")).join();
      return shape(args) === shape(wanted)
        ? []
        : [`${id}: ${JSON.stringify(args)}, specified ${JSON.stringify(wanted)}`];
    });
    expect(wrong).toEqual([]);
  });

  test("has beside it only what the list of additions names", () => {
    const extra = [...ours.keys()].filter((id) => !reference.has(id));
    expect(extra.toSorted()).toEqual(additions.commands.toSorted());
    const flags: Record<string, string[]> = {};
    for (const [id, command] of ours) {
      const known = new Set(reference.get(id)?.flags.map(({ name }) => name));
      const own = Object.keys(command.flags).filter((name) => reference.has(id) && !known.has(name) && !isHelp(name));
      if (own.length > 0) flags[id] = own.toSorted();
    }
    expect(flags).toEqual(additions.flags);
  });

  test("is what the framework's manifest says", () => {
    expect(Object.keys(COMMANDS).toSorted()).toEqual([...ours.keys()].map((id) => id.replaceAll(" ", ":")).toSorted());
  });
});
