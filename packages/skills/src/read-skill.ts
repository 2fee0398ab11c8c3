import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import JSON5 from "json5";
import { parse } from "yaml";
import { readInstallSpecs } from "./install/install-spec.ts";
import type { Skill, SkillSource } from "./skill.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What reading a SKILL.md came to. Warnings are about a skill that is used all the same. */
export type ReadSkill = { skill: Skill; warnings: readonly string[] } | { problem: string };

const longestName = 64;
const longestDescription = 1024;

/** Reads one skill. `named` is the name it has when its file gives none. Never throws for what a file says. */
export function readSkill(filePath: string, source: SkillSource, named: string): ReadSkill {
  let text: string;
  try {
    text = readFileSync(filePath, "utf8");
  } catch (error) {
    return { problem: `${filePath} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  const fields = frontmatter(text);
  const description = textOf(fields.description);
  if (description === undefined) return { problem: `${filePath} has no description in its front matter` };
  const name = textOf(fields.name) ?? named;
  const meta = openclawMetadata(fields.metadata);
  const requires = objectOf(meta.requires);
  const dispatch = textOf(field(fields, "command-dispatch"));
  const tool = textOf(field(fields, "command-tool"));
  const warnings = [
    ...(isPlainName(name) && (name === named || basename(filePath) !== "SKILL.md")
      ? []
      : [
          `the name ${JSON.stringify(name)} should be that of its folder, of at most ${longestName} letters a-z, digits and -`,
        ]),
    ...(description.length > longestDescription
      ? [`its description is longer than ${longestDescription} characters`]
      : []),
    ...(dispatch === "tool" && tool === undefined
      ? ["command-dispatch needs command-tool; its command asks the model"]
      : []),
  ].map((warning) => `${filePath}: ${warning}`);
  const homepage = textOf(meta.homepage) ?? textOf(fields.homepage) ?? textOf(fields.website) ?? textOf(fields.url);
  const emoji = textOf(meta.emoji) ?? textOf(fields.emoji);
  const primaryEnv = textOf(meta.primaryEnv);
  const skill: Skill = {
    name,
    description,
    source,
    filePath,
    baseDir: dirname(filePath),
    key: textOf(meta.skillKey) ?? name,
    ...(primaryEnv === undefined ? {} : { primaryEnv }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(emoji === undefined ? {} : { emoji }),
    always: flag(meta.always) ?? false,
    requires: {
      bins: listOf(requires.bins),
      anyBins: listOf(requires.anyBins),
      env: listOf(requires.env),
      config: listOf(requires.config),
      os: listOf(meta.os),
    },
    install: readInstallSpecs(meta.install),
    userInvocable: flag(fields["user-invocable"]) ?? true,
    modelInvocable: flag(fields["disable-model-invocation"]) !== true,
    ...(dispatch === "tool" && tool !== undefined ? { commandTool: tool } : {}),
  };
  return { skill, warnings };
}

/** The front matter of a Markdown file; empty when there is none or it is no YAML object. */
function frontmatter(text: string): Fields {
  const match = /^\uFEFF?---[^\S\n]*\n([\s\S]*?)\n---[^\S\n]*(?:\n|$)/.exec(text.replaceAll("\r\n", "\n"));
  try {
    return objectOf(parse(match?.[1] ?? "", { logLevel: "silent" }));
  } catch {
    // What is no YAML says nothing; that it lacks a description is reported.
    return {};
  }
}

/** The key `openclaw` of the metadata, which may be an object or its JSON5 text; what is malformed counts as absent. */
function openclawMetadata(value: unknown): Fields {
  if (typeof value !== "string") return objectOf(objectOf(value).openclaw);
  try {
    return objectOf(objectOf(JSON5.parse(value)).openclaw);
  } catch {
    return {};
  }
}

/** A key of the front matter, also written with underscores. */
function field(fields: Fields, name: string): unknown {
  return fields[name] ?? fields[name.replaceAll("-", "_")];
}

function isPlainName(name: string): boolean {
  return name.length <= longestName && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function objectOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly string[] {
  const items = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  return items.flatMap((item) => textOf(item) ?? []);
}

function flag(value: unknown): boolean | undefined {
  switch (String(value).toLowerCase()) {
    case "true":
    case "yes":
    case "1":
      return true;
    case "false":
    case "no":
    case "0":
      return false;
    default:
      return undefined;
  }
}
