// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell commands are full of them
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { analyzeArguments, pathsToAllow } from "./command-analysis.ts";
import { defaultSafeBins } from "./programs/safe-bins.ts";
import { createTestMachine } from "./testing/test-machine.ts";

const machine = createTestMachine();
afterAll(() => machine.close());
const { allows, analyze } = machine;

describe("a command is allowed when each of its programs is", () => {
  test.each([
    "ls",
    "ls -la /etc 'a b' \"c $HOME d\" ${HOME} *.txt",
    "ls && date || ls; date",
    "ls | cat | cat",
    "ls\t-l   |cat&&date",
    "A=1 ls",
    "LANG=C A='x y' ls",
    "ls a#b 'x;y' x\\;y \"a|b\" '>' '$(rm)'",
    "ls 'line\nbreak'",
    'cat price$ "a$"',
  ])("%s", (command) => expect(allows(command, ["ls", "cat", "date"])).toBe(true));

  test.each([
    "rm x",
    "ls; rm x",
    "ls && rm x",
    "ls || rm x",
    "ls | rm",
    "rm x; ls",
    "nothing-of-this-name",
    "./ls",
    "'rm' x",
    "r\\m x",
    '"rm" x',
  ])("not: %s", (command) => expect(allows(command, ["ls", "cat", "date"])).toBe(false));
});

describe("what shells may read in another way than it looks is not analysable", () => {
  test.each([
    "ls > x",
    "ls < x",
    "ls 2>&1",
    "ls $(rm x)",
    'ls "$(rm x)"',
    "ls `rm x`",
    'ls "`rm x`"',
    "(ls)",
    "ls & rm x",
    "ls &",
    "ls |& rm",
    "ls\nrm x",
    "ls\rrm x",
    "ls \\\nrm",
    "ls '",
    'ls "',
    "ls;",
    "; ls",
    "ls ;; rm",
    "ls | | cat",
    "",
    "   ",
    "ls # '\nrm x #'",
    "ls $'\\x41'",
    'ls $"x"',
    "ls ${x@P}",
    "ls ${x:-$(rm)}",
    'ls "${x[y]}"',
    "ls $x[y]",
    "ls $#x[y]",
    "ls $[x]",
    "ls $((x))",
    "ls\u00a0x",
    "ls \0",
    "<(rm)",
  ])("%j", (command) => {
    const analysis = analyze(command, ["ls", "cat", "date"]);
    expect(analysis).toMatchObject({ analysable: false, satisfied: false });
    expect(analysis.reason).toMatch(/\w/);
  });

  it("neither is anything for a shell of another family", () => {
    expect(analyze("ls", ["ls"], { shell: "/bin/tcsh" })).toMatchObject({ analysable: false, satisfied: false });
    expect(allows("ls", ["ls"], { shell: "/usr/bin/zsh" })).toBe(true);
  });
});

describe("the place of a command", () => {
  test.each([
    "$X",
    "${X}",
    "l*",
    "{rm,x}",
    "[a]",
    "~root/bin/ls",
    "=ls",
    "! ls",
    "if ls",
    "then ls",
    "time",
    "{ ls",
    "eval ls",
    "cd / && ls",
    "source x",
    ". x",
    "exec ls",
    "command ls",
    "hash -p rm ls",
    "test -v 'a[$(rm)]'",
    "printf -v PATH x",
    "PATH=x ls",
    "PATH=x",
    "PATH+=:x ls",
    "A=1",
    "LD_PRELOAD=x ls",
    "ld_preload=x ls",
    "GIT_SSH_COMMAND=x git fetch",
    "a[x]=1 ls",
    "ZDOTDIR=/tmp ls",
  ])("takes no %s", (command) => {
    expect(allows(command, [join(machine.bin, "**")])).toBe(false);
  });

  it("takes a quoted reserved word and what has a path", () => {
    expect(allows("'if' x", ["if"])).toBe(true);
    expect(allows(`${machine.path("ls")} x`, ["ls"])).toBe(true);
    expect(allows("~/bin/ls", ["ls"])).toBe(true);
    expect(allows("'~/bin/ls'", ["ls"])).toBe(false);
    expect(allows("../bin/ls", ["ls"])).toBe(true);
  });

  it("does not take a program for an assignment because it is called like one", () => {
    const planted = machine.path("B=1");
    writeFileSync(planted, "#!/bin/sh\n");
    chmodSync(planted, 0o755);
    expect(allows("'B=1' ls", ["ls"])).toBe(false);
    expect(allows("B=1 ls", ["ls"])).toBe(true);
  });
});

describe("a program that runs another one", () => {
  const all = [
    "ls",
    "env",
    "nice",
    "nohup",
    "time",
    "timeout",
    "xargs",
    "sh",
    "bash",
    "busybox",
    "sudo",
    "find",
    "setsid",
    "stdbuf",
    "my-shell",
    "parallel",
    "watch",
    "vi",
  ];

  test.each([
    "env ls",
    "env A=1 B='x y' ls -l",
    "env -u FOO ls",
    "nice ls",
    "nice -n 5 ls",
    "nice -5 ls",
    "nohup ls",
    "time -p ls",
    "timeout -k 5 10s ls",
    "timeout --signal=KILL 10 ls",
    "xargs ls -l",
    "xargs -0 -n 1 ls",
    "xargs -I{} ls {}",
    "sh -c 'ls; ls | ls'",
    "bash -lc 'ls'",
    "bash -euo pipefail -c ls",
    "sh -c 'ls \"$1\"' x y",
    "busybox ls",
    "sudo -n -u me A=1 ls",
    "find . -name '*.ts' -exec ls {} +",
    "find . -exec ls {} \\; -exec ls -l {} \\;",
    "find . -name x",
    "setsid -w ls",
    "stdbuf -oL ls",
    "nice env timeout 5 sh -c 'env ls'",
    "xargs env ls",
    "vi x",
  ])("is allowed with it: %s", (command) => expect(allows(command, all)).toBe(true));

  test.each([
    "env rm x",
    "env A=1 rm x",
    "nice env rm x",
    "sh -c 'rm x'",
    "sh -c 'ls; rm x'",
    "sh -c 'ls $(rm x)'",
    'sh -c "$X"',
    "sh -c",
    "sh script",
    "sh",
    "busybox rm x",
    "busybox sh -c 'rm x'",
    "busybox",
    "busybox --install",
    "my-shell -c 'rm x'",
    "my-shell script",
    "env",
    "env -i ls",
    "env - ls",
    "env -S 'rm x'",
    "env -C / ls",
    "env -u PATH ls",
    "env $X ls",
    "env A=$X ls",
    "env PATH=/evil ls",
    "env LD_PRELOAD=x ls",
    "env 'BASH_FUNC_ls%%=() { rm; }' ls",
    "env A=1 env B=2 rm",
    "env =rm x",
    "nice $X",
    "nice A=1 ls",
    "nice",
    "timeout 5",
    "timeout $X ls",
    "timeout 5 rm x",
    "xargs",
    "xargs rm",
    "xargs env",
    "xargs env A=1",
    "xargs sh -c",
    "xargs timeout 5",
    "xargs -I{} sh -c 'ls {}'",
    "xargs -I X sh -c 'ls X'",
    "xargs -i {}",
    "xargs find . -name x",
    "sudo -s",
    "sudo -i",
    "sudo rm x",
    "find . -exec rm {} +",
    "find . -exec ls {} \\; -exec rm {} \\;",
    "find . -exec sh -c 'ls {}' \\;",
    "find . -exec {} \\;",
    "find . -execdir ./x \\;",
    'find . "$X" ls \\;',
    "find *",
    "zsh -o rcquotes -c 'ls'",
    "parallel ls",
    "watch ls",
    "time if ls",
    'sh -c "sh -c \'sh -c \\"rm x\\"\'"',
  ])("is not allowed by its own entry: %s", (command) => expect(allows(command, all)).toBe(false));

  it("needs an entry itself", () => {
    expect(allows("env ls", ["ls"])).toBe(false);
    expect(allows("env nice ls", ["ls", "env"])).toBe(false);
    expect(allows("sh -c ls", ["ls"])).toBe(false);
  });
});

describe("patterns", () => {
  it("are globs on the absolute path, whatever the case", () => {
    expect(allows("ls", [join(machine.bin, "*")])).toBe(true);
    expect(allows("ls", [join(machine.bin, "l?")])).toBe(true);
    expect(allows("ls", [`${dirname(machine.bin)}/*`])).toBe(false);
    expect(allows("ls", [`${dirname(machine.bin)}/**`])).toBe(true);
    expect(allows("ls", [machine.path("LS")])).toBe(true);
    expect(allows("ls", ["~/bin/ls"])).toBe(true);
  });

  it("take every other character as it is", () => {
    expect(allows("ls", [machine.path("l.")])).toBe(false);
    expect(allows("ls", [machine.path("(ls|rm)")])).toBe(false);
    expect(allows("ls", [machine.path("[l]s")])).toBe(false);
  });

  it("without a folder name nothing", () => {
    expect(analyze("ls", [], { rules: { patterns: ["ls", "*"], safeBins: [] } }).satisfied).toBe(false);
  });

  it("see through folders that are links, not through programs that are", () => {
    const linked = join(dirname(machine.bin), "other-bin");
    expect(allows("ls", [join(linked, "ls")])).toBe(true);
    expect(allows("ls", [join(linked, "*")])).toBe(true);
    expect(allows("ls", ["ls"], { env: { PATH: linked } })).toBe(true);
    expect(allows("busybox ls", ["vi", "ls"])).toBe(false);
    expect(allows("vi x", ["busybox"])).toBe(false);
  });
});

describe("safe programs", () => {
  const safe = (command: string) => allows(command, ["echo"]);

  test.each([
    "echo a | grep a",
    "echo a | grep -in --color=never 'a*b'",
    "echo a | jq '.a[] | select(.b > 1)'",
    "echo a | cut -d: -f1 | sort -rn -k2,2 | uniq -c | head -n 5 | tail -5 | tr a-z A-Z | wc -l",
    "echo a | uniq -f 1",
    "LC_ALL=C sort",
  ])("need no entry: %s", (command) => expect(safe(command)).toBe(true));

  test.each([
    "grep a notes",
    "grep x /etc/passwd",
    "grep x ./a",
    "grep x ../a",
    "grep x ..",
    "grep x ~/a",
    "grep x 'C:\\a'",
    "grep --file=/etc/passwd",
    "grep --regexp=/etc/passwd",
    "grep -f/etc/passwd",
    "grep -f x",
    "grep --fil=x",
    "grep -nr x",
    "grep -R x",
    "grep --recur x",
    "grep x *",
    "grep $X",
    'grep "$X"',
    "grep {a,b}",
    "sort -o x",
    "sort -ox",
    "sort -no x",
    "sort --output=x",
    "sort --out x",
    "sort -T x",
    "sort --compress-program=rm",
    "sort --files0-from=x",
    "jq -f x",
    "jq --from-file x",
    "jq --rawfile a b .",
    "jq -L x .",
    "jq 'import \"a\" as a; .'",
    "wc --files0-from=x",
    "tail -F x",
    "tail --pid=1",
    "uniq - out",
    "uniq - 5",
    "uniq a b",
    "head notes",
    "head --lines=notes",
    "./grep x",
    "PATH=x grep x",
  ])("need one when they reach further: %s", (command) => expect(safe(command)).toBe(false));

  it("are those of PATH alone", () => {
    const evil = join(machine.cwd, "sub");
    mkdirSync(evil, { recursive: true });
    writeFileSync(join(evil, "grep"), "#!/bin/sh\n");
    chmodSync(join(evil, "grep"), 0o755);
    expect(safe("sub/grep x")).toBe(false);
    expect(safe(`${machine.path("grep")} x`)).toBe(true);
  });

  it("do not count where file names may be added", () => {
    expect(allows("echo a | xargs grep x", ["echo", "xargs"])).toBe(false);
    expect(allows("echo a | xargs grep x", ["echo", "xargs", "grep"])).toBe(true);
  });

  it("can be others", () => {
    const rules = { patterns: [], safeBins: ["cat"] };
    expect(allows("cat", [], { rules })).toBe(true);
    expect(allows("cat notes", [], { rules })).toBe(false);
    expect(allows("grep x", [], { rules })).toBe(false);
  });
});

it("programs of skills need no entry", () => {
  const rules = { patterns: [], safeBins: [], skillBins: ["git"] };
  expect(allows("git push", [], { rules })).toBe(true);
  expect(allows("ls", [], { rules })).toBe(false);
});

it("variables asked for beside the command can take the allowance away", () => {
  expect(allows("ls", ["ls"], { variables: ["FOO"] })).toBe(true);
  for (const name of ["BASH_FUNC_ls%%", "SHELL", "HOME", "ZDOTDIR", "GIT_SSH", "LD_PRELOAD"]) {
    expect(allows("ls", ["ls"], { variables: [name] })).toBe(false);
  }
});

it("tells every program of a chain, and what an approval for ever adds: no wrappers", () => {
  const analysis = analyze("ls; env rm x | sh -c 'date; nope'", ["ls"]);
  expect(analysis.programs.map(({ name, wrapper }) => (wrapper ? `(${name})` : name))).toEqual([
    "ls",
    "(env)",
    "rm",
    "(sh)",
    "date",
    "nope",
  ]);
  expect(pathsToAllow(analysis)).toEqual(["ls", "rm", "date"].map(machine.path));
});

it("programs started without a shell are judged by the same rules", () => {
  const options = {
    cwd: machine.cwd,
    env: { PATH: machine.bin },
    platform: "linux" as const,
    rules: { patterns: [machine.path("ls"), machine.path("sh")], safeBins: defaultSafeBins },
  };
  expect(analyzeArguments(["ls", "$(x) > y"], options).satisfied).toBe(true);
  expect(analyzeArguments(["sh", "-c", "ls | grep x"], options).satisfied).toBe(true);
  expect(analyzeArguments(["sh", "-c", "rm x"], options).satisfied).toBe(false);
  expect(analyzeArguments([], options).satisfied).toBe(false);
});

it("on Windows only one plain command is taken apart", () => {
  writeFileSync(machine.path("tool.exe"), "");
  const windows = { platform: "win32", env: { PATH: machine.bin, PATHEXT: ".exe" } } as const;
  const rules = { patterns: [machine.path("tool.exe")], safeBins: [] };
  expect(allows("tool --x=1 a.txt", [], { ...windows, rules })).toBe(true);
  for (const command of ["tool; rm x", "tool | rm", "tool $x", "tool `x`", "tool (x)", "tool %x%", "tool 'x'"]) {
    expect(analyze(command, [], { ...windows, rules }).analysable).toBe(false);
  }
});
