import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";
import { startRegistry } from "./npm-registry.ts";

const name = "claw-under-test";

/** A release of a program that only notes that its doctor was called. */
function release(version: string, registry: string, ours = true): Record<string, string> {
  const update = ours ? { update: { package: name, registry } } : {};
  return {
    "package.json": JSON.stringify({
      name,
      version,
      type: "module",
      bin: { [name]: "bin/openclaw.js" },
      openclaw: update,
    }),
    "bin/openclaw.js": `import fs from "node:fs";\nfs.appendFileSync(process.env.HOME + "/ran.log", "${version} " + process.argv.slice(2).join(" ") + "\\n");\n`,
  };
}

/** A home with the program installed below a prefix, and a registry with some releases. */
async function installed(version = "1.1.0", versions = ["1.0.0", "1.1.0", "1.2.0"]) {
  const registry = await startRegistry();
  const home = temporaryHome();
  for (const each of versions) await registry.publish(release(each, registry.url));
  const packageDir = path.join(home.home, "prefix", "lib", "node_modules", name);
  for (const [file, text] of Object.entries(release(version, registry.url))) {
    mkdirSync(path.dirname(path.join(packageDir, file)), { recursive: true });
    writeFileSync(path.join(packageDir, file), text);
  }
  const program = path.join(packageDir, "bin", "openclaw.js");
  const cache = { npm_config_cache: path.join(home.home, ".npm-cache") };
  return {
    home,
    registry,
    packageDir,
    version: () => JSON.parse(readFileSync(path.join(packageDir, "package.json"), "utf8")).version as string,
    ran: () =>
      existsSync(path.join(home.home, "ran.log")) ? readFileSync(path.join(home.home, "ran.log"), "utf8") : "",
    go: (argv: readonly string[], options: { answer?: string } = {}) =>
      home.run(argv, { program, env: cache, ...options }),
    async [Symbol.asyncDispose]() {
      home[Symbol.dispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

describe("update of a package", () => {
  it("installs the newest release below the prefix it came from, lets its doctor look, and keeps the channel", async () => {
    await using world = await installed();
    const { code, stdout } = await world.go(["update", "--channel", "stable"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Updated 1.1.0 → 1.2.0.\nUpdate channel set to stable.\n");
    expect(world.version()).toBe("1.2.0");
    expect(world.ran()).toContain("1.2.0 doctor --non-interactive\n");
    expect(JSON.parse(readFileSync(world.home.configPath, "utf8")).update).toEqual({ channel: "stable" });
  });

  it("reports steps as one document, and is found behind --update too", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["--update", "--json"]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      status: "ok",
      mode: "npm",
      before: { version: "1.1.0" },
      after: { version: "1.2.0" },
      steps: [
        { name: "global update", exitCode: 0 },
        { name: "openclaw doctor", exitCode: 0 },
      ],
    });
  });

  it("takes beta releases where there are some, and the newest release otherwise", async () => {
    await using world = await installed();
    expect((await world.go(["update", "--channel", "beta"])).stdout).toContain("→ 1.2.0");
    await world.registry.publish(release("1.3.0-beta.1", world.registry.url));
    world.registry.tag(name, { latest: "1.2.0", beta: "1.3.0-beta.1" });
    await world.go(["update"]);
    expect(world.version()).toBe("1.3.0-beta.1");
  });

  it("does not go back without a confirmation", async () => {
    await using world = await installed();
    const { code, stdout, stderr } = await world.go(["update", "--tag", "1.0.0"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Downgrade confirmation required\.\n.+\n$/);
    expect(world.version()).toBe("1.1.0");
    const declined = await world.go(["update", "--tag", "1.0.0"], { answer: "n\n" });
    expect(declined.stdout).toContain("Downgrading from 1.1.0 to 1.0.0 can break configuration. Continue?");
    expect(world.version()).toBe("1.1.0");
    await world.go(["update", "--tag", "1.0.0", "--yes"]);
    expect(world.version()).toBe("1.0.0");
  });

  it("never installs another program that has the same name, nor a version that is not there", async () => {
    await using world = await installed();
    await world.registry.publish(release("9.0.0", world.registry.url, false));
    const foreign = await world.go(["update", "--json"]);
    expect(foreign.code).toBe(1);
    expect(JSON.parse(foreign.stdout)).toMatchObject({ status: "error", reason: "foreign-package", steps: [] });
    const unknown = await world.go(["update", "--tag", "7.7.7", "--yes", "--json"]);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ status: "error", reason: "unknown-target" });
    expect(world.version()).toBe("1.1.0");
  });

  it("keeps the channel as it was when the update fails", async () => {
    await using world = await installed();
    await world.registry.publish(release("9.0.0", world.registry.url, false));
    await world.go(["update", "--channel", "beta"]);
    expect(existsSync(world.home.configPath)).toBe(false);
  });

  it("shows what there is", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["update", "status"]);
    expect(stdout).toContain("OpenClaw update status");
    expect(stdout).toContain("stable (default)");
    expect(stdout).toMatch(/Update available \(npm 1\.2\.0\)\. Run: openclaw update\n$/);
    const json = JSON.parse((await world.go(["update", "status", "--json"])).stdout);
    expect(json).toMatchObject({
      update: { installKind: "package", packageManager: "npm", registry: { latestVersion: "1.2.0" } },
      channel: { value: "stable", source: "default", config: null },
      availability: { available: true, hasRegistryUpdate: true, hasGitUpdate: false, latestVersion: "1.2.0" },
    });
  });

  it("refuses a bad channel and a bad timeout before it asks anybody", async () => {
    await using world = await installed();
    expect((await world.go(["update", "--channel", "nightly"])).stderr).toContain(
      '--channel must be "stable", "beta", or "dev" (got "nightly")',
    );
    expect((await world.go(["update", "--timeout", "soon"])).stderr).toContain(
      "--timeout must be a positive integer (seconds)",
    );
    expect(world.registry.requests).toEqual([]);
  });

  it("asks for channel and consent in the wizard", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["update", "wizard"], { answer: "1\ny\ny\n" });
    expect(stdout).toContain("Updated 1.1.0 → 1.2.0.");
    expect((await world.go(["update", "wizard"])).stderr).toContain("update wizard needs a terminal.");
  });
});

describe("update without a source", () => {
  it("asks nobody, changes nothing and says so", async () => {
    using home = temporaryHome();
    const program = path.join(home.home, "lib", "node_modules", "claw", "bin", "openclaw.js");
    mkdirSync(path.dirname(program), { recursive: true });
    writeFileSync(program, "");
    writeFileSync(path.join(program, "..", "..", "package.json"), JSON.stringify({ name: "claw", version: "1.0.0" }));
    const asked: string[] = [];
    const fetch = async (url: string | URL | Request) => {
      asked.push(String(url));
      return new Response("{}");
    };
    for (const argv of [["update"], ["update", "--json"], ["update", "status"], ["status"]]) {
      const { code, stdout } = await home.run(argv, { program, fetch: fetch as typeof globalThis.fetch });
      expect(code).toBe(0);
      expect(stdout).toMatch(/no[- ]update[- ]source/i);
    }
    expect(asked).toEqual([]);
  });
});

describe("update of a checkout", () => {
  /** A clone of a repository of its own, with a `pnpm` that notes how it was called. */
  function checkout() {
    const home = temporaryHome();
    const git = (cwd: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@x.example", ...args], {
        cwd,
        encoding: "utf8",
        stdio: "pipe",
      });
    const origin = path.join(home.home, "origin");
    const root = path.join(home.home, "checkout");
    const write = (dir: string, file: string, text: string) => {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    };
    const commit = (text: string) => {
      write(origin, "NEWS", text);
      git(origin, "add", "-A");
      git(origin, "commit", "-qm", text);
      return git(origin, "rev-parse", "HEAD").trim();
    };
    mkdirSync(origin);
    git(origin, "init", "-qb", "main");
    write(origin, "pnpm-workspace.yaml", "");
    write(origin, "package.json", "{}");
    write(origin, "apps/web/dist/ui/index.html", "");
    write(origin, "apps/cli/bin/openclaw.js", "");
    write(
      origin,
      "apps/cli/package.json",
      JSON.stringify({ name, version: "1.0.0", openclaw: { update: { package: name } } }),
    );
    const first = commit("first");
    git(origin, "tag", "v1.0.0");
    git(home.home, "clone", "-q", origin, root);
    const bin = path.join(home.home, "fake-bin");
    const calls = path.join(home.home, "pnpm.log");
    write(bin, "pnpm", `#!/bin/sh\necho "$* in $(cat NEWS)" >> "${calls}"\ntest ! -e broken\n`);
    chmodSync(path.join(bin, "pnpm"), 0o755);
    return {
      home,
      [Symbol.dispose]: home[Symbol.dispose],
      first,
      commit,
      write,
      origin,
      root,
      head: () => git(root, "rev-parse", "HEAD").trim(),
      git,
      calls: () => readFileSync(calls, "utf8"),
      go: (argv: readonly string[]) =>
        home.run(argv, {
          program: path.join(root, "apps", "cli", "bin", "openclaw.js"),
          env: {
            PATH: `${bin}:${process.env.PATH}`,
            GIT_AUTHOR_NAME: "t",
            GIT_AUTHOR_EMAIL: "t@x.example",
            GIT_COMMITTER_NAME: "t",
            GIT_COMMITTER_EMAIL: "t@x.example",
          },
        }),
    };
  }

  it("leaves a checkout with changes alone", async () => {
    using world = checkout();
    world.write(world.root, "NEWS", "mine");
    const { code, stdout } = await world.go(["update", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "skipped", mode: "git", reason: "dirty" });
    expect((await world.go(["update"])).stdout).toContain(
      "Skipped: working directory has uncommitted changes. Commit or stash them first.",
    );
  });

  it("moves to the newest commit that builds, tried in a worktree first", async () => {
    using world = checkout();
    const good = world.commit("good");
    world.write(world.origin, "broken", "");
    world.commit("broken");
    const { code, stdout } = await world.go(["update", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", before: { sha: world.first }, after: { sha: good } });
    expect(world.head()).toBe(good);
    expect(world.git(world.root, "worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(world.calls()).toContain("--filter @openclaw/web build in good");
  });

  it("stays where it is when no newer commit builds", async () => {
    using world = checkout();
    world.write(world.origin, "broken", "");
    world.commit("broken");
    const { code, stdout } = await world.go(["update", "--json"]);
    const result = JSON.parse(stdout);
    expect({ code, status: result.status }).toEqual({ code: 0, status: "ok" });
    expect(world.head()).toBe(world.first);
  });

  it("checks the newest release out for stable, and previews for beta", async () => {
    using world = checkout();
    world.commit("second");
    world.git(world.origin, "tag", "v1.10.0");
    world.commit("third");
    world.git(world.origin, "tag", "v2.0.0-beta.1");
    await world.go(["update", "--channel", "stable"]);
    expect(world.git(world.root, "describe", "--tags").trim()).toBe("v1.10.0");
    await world.go(["update", "--channel", "beta"]);
    expect(world.git(world.root, "describe", "--tags").trim()).toBe("v2.0.0-beta.1");
  });

  it("says how far behind it is", async () => {
    using world = checkout();
    world.commit("second");
    const { stdout } = await world.go(["update", "status"]);
    expect(stdout).toContain("ahead 0, behind 1");
    expect(stdout).toMatch(/Update available \(git, 1 commits behind\)/);
  });
});
