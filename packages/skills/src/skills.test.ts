import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createLog } from "@openclaw/log";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSkills, findSkillCommand, type SkillsConfig, skillCommands } from "./index.ts";
import { mayHaveSkills, skillRoots } from "./skill-roots.ts";

let home: string;
let time = 0;
let logged: string[];
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-skills-")));
  logged = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const place = (...parts: string[]) => join(home, ...parts);
const put = (path: string, text: string) => {
  mkdirSync(dirname(place(path)), { recursive: true });
  writeFileSync(place(path), text);
};
const skillText = (fields: Record<string, unknown>, body = "Do it.") =>
  `---\n${Object.entries(fields)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join("\n")}\n---\n${body}\n`;
const putSkill = (dir: string, fields: Record<string, unknown> = {}) => {
  const name = dir.slice(dir.lastIndexOf("/") + 1);
  put(`${dir}/SKILL.md`, skillText({ name, description: `What ${name} does`, ...fields }));
};
const needs = (requires: object, more: object = {}) => ({
  metadata: JSON.stringify({ openclaw: { requires, ...more } }),
});

function skillsOf(config: SkillsConfig = {}, env: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = "linux") {
  const sink = createLog({ file: place("skills.log"), level: "trace", console: false });
  const log = Object.assign(Object.create(sink), { warn: (text: string) => logged.push(text) });
  const skills = createSkills({
    config: () => config,
    stateDir: place("state"),
    env: { HOME: home, PATH: "", OPENCLAW_BUNDLED_SKILLS_DIR: place("bundled"), ...env },
    platform,
    log,
    now: () => time,
  });
  const agent = (agentId = "main") => skills.of({ agentId, workspaceDir: place("workspace") });
  return Object.assign(agent, { names: () => agent().skills.map(({ name }) => name) });
}

describe("where skills are found", () => {
  test("a higher place replaces a skill of the same name as a whole", () => {
    for (const dir of ["extra", "bundled", "state/skills", "workspace/skills"]) {
      putSkill(`${dir}/same`, { description: dir });
      putSkill(`${dir}/${dir.split("/")[0]}-own`);
    }
    const { skills } = skillsOf({ skills: { load: { extraDirs: ["~/extra"] } } })();
    expect(skills.map(({ name, source }) => [name, source])).toEqual([
      ["extra-own", "openclaw-extra"],
      ["same", "openclaw-workspace"],
      ["bundled-own", "openclaw-bundled"],
      ["state-own", "openclaw-managed"],
      ["workspace-own", "openclaw-workspace"],
    ]);
    expect(skills[1]).toMatchObject({ description: "workspace/skills", baseDir: place("workspace/skills/same") });
  });

  test("one that comes along wins over one of an extra folder", () => {
    putSkill("extra/same");
    putSkill("bundled/same");
    const { skills } = skillsOf({ skills: { load: { extraDirs: [place("extra")] } } })();
    expect(skills.map(({ source }) => source)).toEqual(["openclaw-bundled"]);
  });

  test("files of the root count, folders are searched until one has a SKILL.md, and what is ignored is left out", () => {
    put("workspace/skills/note.md", skillText({ description: "A file of the root" }));
    put("workspace/skills/note.txt", skillText({ description: "no Markdown" }));
    putSkill("workspace/skills/group/inner");
    putSkill("workspace/skills/group/inner/deeper");
    putSkill("workspace/skills/.hidden/secret");
    putSkill("workspace/skills/node_modules/module");
    putSkill("workspace/skills/drafts/draft");
    putSkill("workspace/skills/group/old");
    put("workspace/skills/.gitignore", "drafts/\n");
    put("workspace/skills/group/.fdignore", "old\n");
    symlinkSync(place("workspace/skills"), place("workspace/skills/group/circle"));
    putSkill("elsewhere/linked");
    symlinkSync(place("elsewhere/linked"), place("workspace/skills/linked"));
    expect(skillsOf().names().sort()).toEqual(["inner", "linked", "note"]);
    expect(logged).toEqual([]);
  });

  test("a folder as the ClawHub client lays it out is found, and none at all is nothing", () => {
    expect(mayHaveSkills(skillRoots(place("workspace"), {}, { stateDir: place("state"), env: {} }))).toBe(false);
    expect(skillsOf()()).toMatchObject({ skills: [], prompt: "", entries: [] });
    put("workspace/.clawhub/lock.json", "{}");
    putSkill("workspace/skills/foo");
    expect(mayHaveSkills(skillRoots(place("workspace"), {}, { stateDir: place("state"), env: {} }))).toBe(true);
    expect(skillsOf().names()).toEqual(["foo"]);
  });
});

describe("what a SKILL.md says", () => {
  test("without a description it is no skill, and the log says so", () => {
    put("workspace/skills/a/SKILL.md", "---\nname: a\n---\nText");
    put("workspace/skills/b/SKILL.md", "No front matter");
    put("workspace/skills/c/SKILL.md", "---\ndescription: [\n---\n");
    expect(skillsOf().names()).toEqual([]);
    expect(logged).toEqual(
      ["a", "b", "c"].map((name) => expect.stringContaining(`${name}/SKILL.md has no description`)),
    );
  });

  test("metadata may be JSON5 text or YAML, lists may be texts, and what is malformed counts as absent", () => {
    put(
      "workspace/skills/yaml/SKILL.md",
      "---\r\ndescription: >\r\n  Two\r\n  lines\r\nuser-invocable: no\r\nmetadata:\r\n  openclaw:\r\n    emoji: 🦞\r\n    skillKey: y\r\n    primaryEnv: KEY\r\n    requires: { bins: 'a, b' }\r\n---\r\nText",
    );
    put(
      "workspace/skills/json/SKILL.md",
      "---\ndescription: d\nwebsite: https://x\ncommand_dispatch: tool\ncommand_tool: exec\nmetadata: '{openclaw:{always:true,}}'\n---\n",
    );
    put("workspace/skills/odd/SKILL.md", "---\ndescription: d\nmetadata: '{'\ndisable-model-invocation: 1\n---\n");
    const judged = Object.fromEntries(skillsOf()().judged.map(({ skill }) => [skill.name, skill]));
    expect(judged.yaml).toMatchObject({
      description: "Two lines",
      emoji: "🦞",
      key: "y",
      primaryEnv: "KEY",
      userInvocable: false,
      requires: { bins: ["a", "b"] },
    });
    expect(judged.json).toMatchObject({
      always: true,
      homepage: "https://x",
      commandTool: "exec",
      modelInvocable: true,
    });
    expect(judged.odd).toMatchObject({ key: "odd", modelInvocable: false, always: false });
  });

  test("an odd name is used all the same, with a warning", () => {
    putSkill("workspace/skills/odd", { name: "My Skill!" });
    expect(skillsOf().names()).toEqual(["My Skill!"]);
    expect(logged[0]).toContain('the name "My Skill!" should be');
  });
});

describe("what a skill needs", () => {
  test("programs, variables, settings and the platform; the first entry counts whatever else there is", () => {
    const tool = place("bin/tool");
    put("bin/tool", "");
    chmodSync(tool, 0o755);
    put("bin/plain", "");
    putSkill("workspace/skills/bins", needs({ bins: ["tool"] }));
    putSkill("workspace/skills/nope", needs({ bins: ["tool", "nope"] }));
    putSkill("workspace/skills/plain", needs({ bins: ["plain"] }));
    putSkill("workspace/skills/any", needs({ anyBins: ["nope", "tool"] }));
    putSkill("workspace/skills/env", needs({ env: ["SET", "GIVEN", "KEY"] }, { primaryEnv: "KEY" }));
    putSkill("workspace/skills/unset", needs({ env: ["UNSET"] }));
    putSkill("workspace/skills/config", needs({ config: ["channels.slack", "browser.enabled"] }));
    putSkill("workspace/skills/off", needs({ config: ["channels.teams"] }));
    putSkill("workspace/skills/mac", needs({}, { os: ["darwin"] }));
    putSkill("workspace/skills/always", needs({ bins: ["nope"] }, { always: true }));
    putSkill("workspace/skills/always-mac", needs({}, { always: true, os: "darwin" }));
    putSkill("workspace/skills/disabled");
    const config = {
      channels: { slack: { enabled: true } },
      skills: { entries: { env: { apiKey: "k", env: { GIVEN: "g" } }, disabled: { enabled: false } } },
    };
    const agent = skillsOf(config, { PATH: place("bin"), SET: "1" });
    expect(agent.names().sort()).toEqual(["always", "any", "bins", "config", "env"]);
    const missing = Object.fromEntries(agent().judged.map((one) => [one.skill.name, one]));
    expect(missing.nope).toMatchObject({ eligible: false, missing: { bins: ["nope"], env: [] } });
    expect(missing.unset?.missing.env).toEqual(["UNSET"]);
    expect(missing.off?.missing.config).toEqual(["channels.teams"]);
    expect(missing["always-mac"]).toMatchObject({ eligible: false, missing: { os: ["darwin"] } });
    expect(missing.disabled).toMatchObject({ disabled: true, eligible: false });
  });

  test("the list of allowed ones is about those that come along", () => {
    putSkill("bundled/github");
    putSkill("bundled/other");
    putSkill("bundled/keyed", needs({}, { skillKey: "k" }));
    putSkill("workspace/skills/own");
    const agent = skillsOf({ skills: { allowBundled: ["github", "k"] } });
    expect(agent.names().sort()).toEqual(["github", "keyed", "own"]);
    expect(agent().judged.find(({ skill }) => skill.name === "other")).toMatchObject({ blockedByAllowlist: true });
  });

  test("variables are added by key, and none that is set is changed", () => {
    putSkill("workspace/skills/one", needs({}, { skillKey: "k", primaryEnv: "API" }));
    putSkill("workspace/skills/two", needs({}, { primaryEnv: "SET" }));
    putSkill("workspace/skills/gone", needs({ bins: ["nope"] }));
    const entries = {
      k: { apiKey: "secret", env: { A: "a", SET: "no" } },
      two: { apiKey: "no" },
      gone: { env: { GONE: "1" } },
    };
    expect(skillsOf({ skills: { entries } }, { SET: "mine" })().env).toEqual({ A: "a", API: "secret" });
  });

  test("an agent has those it is given; an empty list means none", () => {
    putSkill("workspace/skills/a");
    putSkill("workspace/skills/b");
    const list = [{ id: "none", skills: [] }, { id: "One", skills: ["b"] }, { id: "all" }];
    const agent = skillsOf({ agents: { list } });
    const names = (id: string) => agent(id).skills.map(({ name }) => name);
    expect([names("none"), names("one"), names("all"), names("other")]).toEqual([[], ["b"], ["a", "b"], ["a", "b"]]);
    expect(agent("none").prompt).toBe("");
  });
});

describe("the block of the prompt", () => {
  test("lists what the model is told of, with every character escaped that XML needs", () => {
    putSkill("workspace/skills/a", { description: `R&D <"x"> 'y'` });
    putSkill("workspace/skills/b");
    putSkill("workspace/skills/quiet", { "disable-model-invocation": true });
    const { prompt, entries } = skillsOf()();
    expect(prompt.match(/<available_skills>/g)).toHaveLength(1);
    expect(prompt).toContain("<description>R&amp;D &lt;&quot;x&quot;&gt; &apos;y&apos;</description>");
    expect(prompt).toContain(`<location>${place("workspace/skills/b/SKILL.md")}</location>`);
    expect(prompt).not.toContain("quiet");
    expect(entries.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("costs at most 450 characters, and 97 beside its fields for each skill", () => {
    putSkill("workspace/skills/a", { description: "d" });
    const { prompt, entries } = skillsOf()();
    const fields = "a".length + "d".length + place("workspace/skills/a/SKILL.md").length;
    expect((entries[0]?.blockChars ?? 0) + 1 - fields).toBeLessThanOrEqual(97);
    expect(prompt.length - 97 - fields).toBeLessThanOrEqual(450);
  });

  test("is not there when no skill is for the model", () => {
    putSkill("workspace/skills/quiet", { "disable-model-invocation": true });
    const agent = skillsOf();
    expect(agent().prompt).toBe("");
    expect(agent.names()).toEqual(["quiet"]);
  });
});

describe("what changes", () => {
  test("is seen at the next look, and until then the same object is handed out", () => {
    putSkill("workspace/skills/a");
    const agent = skillsOf();
    const first = agent();
    time += 1000;
    expect(agent()).toBe(first);
    putSkill("workspace/skills/a", { description: "Changed" });
    expect(agent()).toBe(first); // not looked at again so soon
    time += 1000;
    expect(agent().prompt).toContain("Changed");
    expect(agent().id).not.toBe(first.id);
    putSkill("workspace/skills/more/new");
    time += 1000;
    expect(agent.names()).toEqual(["a", "new"]);
    rmSync(place("workspace/skills"), { recursive: true });
    time += 1000;
    expect(agent.names()).toEqual([]);
  });

  test("is not looked for when that is switched off", () => {
    putSkill("workspace/skills/a");
    const agent = skillsOf({ skills: { load: { watch: false } } });
    agent();
    putSkill("workspace/skills/b");
    time += 60_000;
    expect(agent.names()).toEqual(["a"]);
  });
});

describe("the commands of skills", () => {
  const commandsOf = (names: readonly string[], taken: readonly string[] = []) => {
    for (const [at, name] of names.entries()) putSkill(`workspace/skills/s${at}`, { name });
    return skillCommands(skillsOf()().skills, (name) => taken.includes(name));
  };

  test("have plain names of their own", () => {
    const names = commandsOf(["My Skill!", "status", "my-skill", "a__b", "!!", "x".repeat(40)], ["status"]);
    expect(names.map(({ name }) => name)).toEqual([
      "my_skill",
      "status_2",
      "my_skill_2",
      "a_b",
      "skill",
      "x".repeat(32),
    ]);
  });

  test("keep to 32 characters with their number", () => {
    const long = "y".repeat(32);
    expect(commandsOf(["A", `${long}1`, `${long}2`], []).map(({ name }) => name)).toEqual([
      "a",
      long,
      `${"y".repeat(30)}_2`,
    ]);
  });

  test("are found in any letter case and with any separator, and say in 100 characters what they do", () => {
    putSkill("workspace/skills/my-skill", { description: "d".repeat(200) });
    putSkill("workspace/skills/closed", { "user-invocable": false });
    const commands = skillCommands(skillsOf()().skills, () => false);
    expect(commands).toHaveLength(1);
    expect(commands[0]?.description).toBe(`${"d".repeat(99)}…`);
    for (const name of ["my_skill", "MY-SKILL", "my skill"]) {
      expect(findSkillCommand(commands, name)).toBe(commands[0]);
    }
    expect(findSkillCommand(commands, "closed")).toBeUndefined();
  });
});
