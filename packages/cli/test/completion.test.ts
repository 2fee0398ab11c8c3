import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryHome } from "./cli.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

function home() {
  const made = temporaryHome();
  onTestFinished(() => made[Symbol.dispose]());
  return made;
}

/** What bash offers at the end of a line. */
async function offered(line: string): Promise<string[]> {
  const { stdout } = await home().run(["completion", "--shell", "bash"]);
  const words = line.split(" ");
  const script = `${stdout}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
compopt() { :; }
_openclaw; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", [], { input: script, encoding: "utf8" }).split("\n").filter(Boolean);
}

test("bash offers commands, subcommands, flags and the values of flags", async () => {
  expect(await offered("openclaw stat")).toEqual(["status"]);
  expect(await offered("openclaw config ")).toEqual(expect.arrayContaining(["get", "set", "unset"]));
  expect(await offered("openclaw sessions --ac")).toEqual(["--active"]);
  expect(await offered("openclaw gateway run --bind l")).toEqual(["loopback", "lan"]);
  expect(await offered("openclaw daemon st")).toEqual(expect.arrayContaining(["status"]));
  // The value of a flag is no command.
  expect(await offered("openclaw --profile config ")).toEqual(expect.arrayContaining(["status"]));
});

test.each([
  ["zsh", "-n"],
  ["fish", "--no-execute"],
])("the script for %s is one that it can read", async (shell, check) => {
  const cli = home();
  await cli.run(["completion", "--write-state"]);
  const script = path.join(cli.home, ".openclaw", "completions", `openclaw.${shell}`);
  expect(fs.readFileSync(script, "utf8")).toContain("openclaw");
  if (has(shell))
    expect(spawnSync(shell, [check, script], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});

test("fish offers what follows a command", async () => {
  const cli = home();
  await cli.run(["completion", "--write-state", "--shell", "fish"]);
  const script = path.join(cli.home, ".openclaw", "completions", "openclaw.fish");
  expect(fs.readFileSync(script, "utf8")).toContain("-f -a 'set'");
  if (!has("fish")) return;
  const answer = spawnSync("fish", ["-c", `source ${script}; complete -C 'openclaw config '`], { encoding: "utf8" });
  expect(answer.stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(expect.arrayContaining(["get", "set"]));
});

test("PowerShell gets a table of every place", async () => {
  const { stdout } = await home().run(["completion", "--shell", "powershell"]);
  expect(stdout).toContain("$OpenClawWords['config'] = @('get', 'set', 'unset'");
});

test("is installed once, in place of what started the program with every shell", async () => {
  const cli = home();
  const profile = path.join(cli.home, ".zshrc");
  fs.writeFileSync(profile, "alias ll='ls -l'\n# OpenClaw Completion\nsource <(openclaw completion --shell zsh)\n");
  const env = { SHELL: "/usr/bin/zsh" };
  const first = await cli.run(["completion", "--install", "--yes"], { env });
  expect(first).toMatchObject({
    code: 0,
    stdout: "Completion installed. Restart your shell or run: source ~/.zshrc\n",
  });
  const script = path.join(cli.home, ".openclaw", "completions", "openclaw.zsh");
  expect(fs.readFileSync(profile, "utf8")).toBe(`alias ll='ls -l'\n\n# OpenClaw Completion\nsource "${script}"\n`);
  expect(fs.readFileSync(script, "utf8")).toContain("#compdef openclaw");
  const second = await cli.run(["completion", "--install", "--yes"], { env });
  expect(second.stdout).toBe("Completion already installed in ~/.zshrc\n");
  expect(fs.readFileSync(profile, "utf8").match(/OpenClaw Completion/g)).toHaveLength(1);
});

test("changes no profile without a yes, nor one of a shell that it does not know", async () => {
  const cli = home();
  const asked = await cli.run(["completion", "--install", "--shell", "bash"], { answer: "n\n" });
  expect(asked.code).toBe(0);
  expect(fs.existsSync(path.join(cli.home, ".bashrc"))).toBe(false);
  const unasked = await cli.run(["completion", "--install", "--shell", "bash"]);
  expect(unasked).toMatchObject({ code: 1 });
  expect(unasked.stderr).toContain("--yes");
  expect(await cli.run(["completion", "--shell", "tcsh"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("fish"),
  });
  const powershell = await cli.run(["completion", "--install", "--shell", "powershell", "--yes"]);
  expect(powershell.stderr).toContain("Automated installation not supported for powershell yet.");
});

test("--write-state keeps the scripts of all shells, silently", async () => {
  const cli = home();
  expect(await cli.run(["completion", "--write-state"])).toEqual({ code: 0, stdout: "", stderr: "" });
  const dir = path.join(cli.home, ".openclaw", "completions");
  expect(fs.readdirSync(dir).toSorted()).toEqual(["openclaw.bash", "openclaw.fish", "openclaw.ps1", "openclaw.zsh"]);
});
