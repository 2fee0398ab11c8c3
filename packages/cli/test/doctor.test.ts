import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const token = "0123456789abcdef0123456789abcdef";
const sound = { gateway: { mode: "local", auth: { token } } };
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

/** Everything below a directory with its content. */
function everything(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        path.join(entry.parentPath, entry.name),
        readFileSync(path.join(entry.parentPath, entry.name), "utf8"),
      ]),
  );
}

/** A home where nothing but the configuration is worth a word. */
function home(config: unknown, text = JSON.stringify(config)) {
  const made = temporaryHome();
  made.writeConfig(text);
  return made;
}

describe("doctor", () => {
  it("looks at everything and changes nothing without being told", async () => {
    using place = home(sound);
    const before = everything(place.home);
    const { code, stdout } = await place.run(["doctor", "--non-interactive"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OpenClaw doctor\n/);
    expect(stdout).toMatch(/\nDoctor complete\.\n$/);
    expect(everything(place.home)).toEqual(before);
  });

  it("lists an unknown key and leaves the file alone; --fix removes only that key and keeps a private backup", async () => {
    const text = `{
  // mine
  gateway: { mode: "local", auth: { token: "${token}" }, prot: 1 },
}
`;
    using place = home(undefined, text);
    const looked = await place.run(["doctor", "--non-interactive"]);
    expect(looked.code).toBe(1);
    expect(looked.stdout).toContain("Unknown config keys");
    expect(looked.stdout).toContain("- gateway.prot");
    expect(looked.stdout).toContain('Run "openclaw doctor --fix" to apply changes.');
    expect(looked.stderr).toContain('Invalid config:\n- gateway: Unrecognized key: "prot"');
    expect(readFileSync(place.configPath, "utf8")).toBe(text);

    const fixed = await place.run(["doctor", "--fix", "--non-interactive"]);
    expect(fixed.code).toBe(0);
    expect(fixed.stdout).toContain("Backup: ~/.openclaw/openclaw.json.bak");
    const after = readFileSync(place.configPath, "utf8");
    expect(after).toContain(`// mine\n  gateway: { mode: "local", auth: { token: "${token}" } },`);
    expect(after).toContain('lastRunCommand: "doctor"');
    expect(readFileSync(`${place.configPath}.bak`, "utf8")).toBe(text);
    expect(mode(`${place.configPath}.bak`)).toBe("600");
  });

  it("moves keys of former releases and never over what is there", async () => {
    using place = home({
      ...sound,
      routing: { allowFrom: ["+1"] },
      channels: { whatsapp: { allowFrom: ["+2"] } },
    });
    const { code, stdout } = await place.run(["doctor", "--fix"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Removed routing.allowFrom (channels.whatsapp.allowFrom already set).");
    const after = JSON.parse(readFileSync(place.configPath, "utf8"));
    expect(after.routing).toBeUndefined();
    expect(after.channels.whatsapp.allowFrom).toEqual(["+2"]);
  });

  it("closes the state directory with --fix, also without a terminal", async () => {
    using place = home(sound);
    const stateDir = path.dirname(place.configPath);
    chmodSync(stateDir, 0o755);
    await place.run(["doctor"]);
    expect(mode(stateDir)).toBe("755");
    await place.run(["doctor", "--fix"]);
    expect(mode(stateDir)).toBe("700");
  });

  it("asks on a terminal, one repair at a time", async () => {
    using place = home({ gateway: { mode: "local" } });
    const no = await place.run(["doctor"], { answer: "n\n".repeat(20) });
    expect(no.stdout).toContain("Generate a Gateway token now?");
    expect(JSON.parse(readFileSync(place.configPath, "utf8"))).toEqual({ gateway: { mode: "local" } });
    const yes = await place.run(["doctor"], { answer: "y\n".repeat(20) });
    expect(yes.code).toBe(0);
    expect(JSON.parse(readFileSync(place.configPath, "utf8")).gateway.auth.token).toMatch(/^[0-9a-f]{48}$/);
  });

  it("stores a token when it is asked for, and keeps the one that is there", async () => {
    using place = home({ gateway: { mode: "local" } });
    await place.run(["doctor", "--non-interactive", "--generate-gateway-token"]);
    const { auth } = JSON.parse(readFileSync(place.configPath, "utf8")).gateway;
    expect(auth).toEqual({ mode: "token", token: expect.stringMatching(/^[0-9a-f]{48}$/) });
    await place.run(["doctor", "--non-interactive", "--generate-gateway-token"]);
    expect(JSON.parse(readFileSync(place.configPath, "utf8")).gateway.auth).toEqual(auth);
  });

  it("names secrets that contradict each other, and neither of them", async () => {
    using place = home(sound);
    const other = "another-secret-of-the-environment";
    for (const argv of [["doctor", "--non-interactive"], ["status"]]) {
      const { stdout, stderr } = await place.run(argv, { env: { OPENCLAW_GATEWAY_TOKEN: other } });
      expect(stdout).toContain("OPENCLAW_GATEWAY_TOKEN and gateway.auth.token differ");
      expect(stdout + stderr).not.toContain(other);
      expect(stdout + stderr).not.toContain(token);
    }
  });

  it("moves files of former releases also without being told, when nobody can be asked; once", async () => {
    using place = home(sound);
    const stateDir = path.dirname(place.configPath);
    mkdirSync(path.join(stateDir, "agent"), { mode: 0o700 });
    writeFileSync(path.join(stateDir, "agent", "models.json"), "{}");
    const { stdout } = await place.run(["doctor", "--non-interactive"]);
    expect(stdout).toContain("Moved 1 files from");
    expect(existsSync(path.join(stateDir, "agents", "main", "agent", "models.json"))).toBe(true);
    expect((await place.run(["doctor", "--non-interactive"])).stdout).not.toContain("Moved");
  });

  it("says what a file holds that is no JSON5, and ends with 1", async () => {
    using place = home(undefined, "{ gateway: ");
    const { code, stderr } = await place.run(["doctor", "--fix"]);
    expect(code).toBe(1);
    expect(stderr).toContain("Invalid config:");
    expect(readFileSync(place.configPath, "utf8")).toBe("{ gateway: ");
  });

  it("writes no configuration in Nix mode", async () => {
    using place = home({ gateway: { mode: "local" } });
    const before = readFileSync(place.configPath, "utf8");
    await place.run(["doctor", "--fix"], { env: { OPENCLAW_NIX_MODE: "1" } });
    expect(readFileSync(place.configPath, "utf8")).toBe(before);
  });

  it("repairs a completion that starts the program with every shell", async () => {
    using place = home(sound);
    const profile = path.join(place.home, ".bashrc");
    writeFileSync(profile, "alias ll='ls -l'\nsource <(openclaw completion --shell bash)\n");
    const looked = await place.run(["doctor"], { env: { SHELL: "/bin/bash" } });
    expect(looked.stdout).toContain("starts the program with every shell");
    await place.run(["doctor", "--fix"], { env: { SHELL: "/bin/bash" } });
    const text = readFileSync(profile, "utf8");
    expect(text).toContain("alias ll='ls -l'");
    expect(text).not.toContain("source <(");
    expect(text).toContain("completions/openclaw.bash");
  });
});
