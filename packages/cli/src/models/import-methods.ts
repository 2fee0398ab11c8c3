import { existsSync } from "node:fs";
import path from "node:path";
import type { AuthContext, AuthMethod, AuthResult, ProviderAuth } from "@openclaw/models";
import { type ExternalLogin, readClaudeCodeLogin, readCodexLogin } from "@openclaw/models/auth";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Where the logins of other programs are looked for. */
export interface ImportPlaces {
  home: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  spawn: CommandContext["spawn"];
}

/**
 * Adds to a sign-in the way to take over another program's login, where that program may have one here. Whether a file is
 * there is looked at; what it holds is read only after its user has agreed, and nothing of the program is changed.
 */
export function withImports(auth: ProviderAuth, places: ImportPlaces): ProviderAuth {
  const { home, platform } = places;
  if (auth.id === "anthropic") {
    const file = path.join(home, ".claude", ".credentials.json");
    if (platform !== "darwin" && !existsSync(file)) return auth;
    const where = platform === "darwin" ? 'the keychain item "Claude Code-credentials", else ' : "";
    const method = importMethod({
      id: "claude-code",
      program: "Claude Code",
      where: `${where}${file}`,
      advice: "It ends when Claude Code renews it; a setup-token lasts longer.",
      read: () =>
        readClaudeCodeLogin({
          home,
          ...(platform === "darwin" && { readKeychain: (item) => readKeychain(item, places) }),
        }),
    });
    return { ...auth, auth: [...auth.auth, method] };
  }
  if (auth.id === "openai-codex") {
    const file = path.join(home, ".codex", "auth.json");
    if (!existsSync(file)) return auth;
    const method = importMethod({
      id: "codex-cli",
      program: "the Codex CLI",
      where: file,
      advice: "From then on both renew it, and one may sign the other out.",
      read: () => readCodexLogin({ home }),
    });
    return { ...auth, auth: [...auth.auth, method] };
  }
  return auth;
}

function importMethod(about: {
  id: string;
  program: string;
  where: string;
  advice: string;
  read: () => Promise<ExternalLogin | undefined>;
}): AuthMethod {
  const { program, where, advice } = about;
  return {
    id: about.id,
    label: `Take over the login of ${program}`,
    kind: "custom",
    async run({ prompter }: AuthContext): Promise<AuthResult> {
      const agreed = await prompter.confirm({
        message: `Read the login of ${program} from ${where}? Nothing of it is changed. ${advice}`,
        initial: false,
      });
      if (!agreed) throw new CliError("The login was not read, and nothing was changed.");
      const login = await about.read();
      if (!login) throw new CliError(`${program} is not signed in here: ${where} holds no login.`);
      const { profileId, credential, source } = login;
      return { profiles: [{ profileId, credential }], notes: [`Taken over from ${source}`] };
    },
  };
}

/** Undefined when there is no such item, or the user refuses it to us. */
function readKeychain(item: string, { spawn, env }: ImportPlaces): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn("security", ["find-generic-password", "-s", item, "-w"], {
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 && text.trim() !== "" ? text.trim() : undefined));
  });
}
