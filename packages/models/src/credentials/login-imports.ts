import type { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import {
  type ExternalLogin,
  keychainItem,
  readClaudeCodeLogin,
  readCodexLogin,
  readSharedLogins,
  sharedLoginFile,
} from "./external-logins.ts";
import type { AuthContext, AuthMethod, AuthPrompter, AuthResult, ProviderAuth } from "./oauth/auth-method.ts";
import { miniMaxSetup } from "./oauth/minimax-portal.ts";
import { OAuthError } from "./oauth/oauth-error.ts";
import { qwenSetup } from "./oauth/qwen-portal.ts";

/** Where the logins of other programs are looked for. */
export interface LoginImportPlaces {
  home: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  spawn: typeof spawn;
}

/** The login another program may have here. Nothing of it is read before its user has agreed. */
interface LoginImport {
  /** Whose models it is for. */
  readonly provider: string;
  readonly id: string;
  readonly program: string;
  readonly where: string;
  readonly advice: string;
  /** Whether the program is signed in here, told without its secret. */
  isThere(): Promise<boolean>;
  read(): Promise<ExternalLogin | undefined>;
  /** What the configuration needs beside the credential. */
  readonly setup?: Pick<AuthResult, "configPatch" | "defaultModel">;
}

/** Both programs renew what they share. */
const sharedAdvice = "From then on both renew it, and one may sign the other out.";

/**
 * Adds to a sign-in the way to take over another program's login, where that program may have one here. Whether a file is
 * there is looked at; what it holds is read only after its user has agreed, and nothing of the program is changed.
 */
export function withLoginImports(auth: ProviderAuth, places: LoginImportPlaces): ProviderAuth {
  const methods = loginImports(places)
    .filter(({ provider }) => provider === auth.id)
    .map(importMethod);
  return methods.length === 0 ? auth : { ...auth, auth: [...auth.auth, ...methods] };
}

/**
 * A step of setting up: asks for each login of another program on this machine whether it is to be taken over, and returns
 * those its user agreed to. Nothing is stored, nothing of the programs is changed, and no secret is read without a yes;
 * `interactive: false` asks and looks for nothing.
 */
export async function offerLoginImports(options: {
  places: LoginImportPlaces;
  prompter: Pick<AuthPrompter, "confirm" | "note">;
  interactive: boolean;
}): Promise<AuthResult[]> {
  const { places, prompter, interactive } = options;
  if (!interactive) return [];
  const results: AuthResult[] = [];
  for (const login of loginImports(places)) {
    if (!(await login.isThere()) || !(await agrees(login, prompter))) continue;
    const found = await login.read();
    if (found) results.push(resultOf(found, login));
    else prompter.note(notSignedIn(login));
  }
  return results;
}

function loginImports(places: LoginImportPlaces): LoginImport[] {
  const { home, platform } = places;
  const claudeFile = path.join(home, ".claude", ".credentials.json");
  const codexFile = path.join(home, ".codex", "auth.json");
  const onMac = platform === "darwin";
  const found: LoginImport[] = [];
  if (onMac || existsSync(claudeFile)) {
    found.push({
      provider: "anthropic",
      id: "claude-code",
      program: "Claude Code",
      where: `${onMac ? `the keychain item "${keychainItem}", else ` : ""}${claudeFile}`,
      advice: "It ends when Claude Code renews it; a setup-token lasts longer.",
      isThere: async () => existsSync(claudeFile) || (onMac && (await askKeychain([], places)) !== undefined),
      read: () =>
        readClaudeCodeLogin({ home, ...(onMac && { readKeychain: () => readSecret(askKeychain(["-w"], places)) }) }),
    });
  }
  if (existsSync(codexFile)) {
    found.push({
      provider: "openai-codex",
      id: "codex-cli",
      program: "the Codex CLI",
      where: codexFile,
      advice: sharedAdvice,
      isThere: async () => true,
      read: () => readCodexLogin({ home }),
    });
  }
  for (const { provider, id, program, setup } of sharing) {
    const file = sharedLoginFile(provider, home);
    if (!existsSync(file)) continue;
    found.push({
      provider,
      id,
      program,
      setup,
      where: file,
      advice: sharedAdvice,
      isThere: async () => true,
      async read() {
        const login = (await readSharedLogins(home)).find(({ credential }) => credential.provider === provider);
        return login && { ...login, source: file };
      },
    });
  }
  return found;
}

/** Programs whose login is shared with them from then on. */
const sharing = [
  { provider: "qwen-portal", id: "qwen-cli", program: "the Qwen CLI", setup: qwenSetup(undefined) },
  { provider: "minimax-portal", id: "minimax-cli", program: "the MiniMax CLI", setup: miniMaxSetup() },
] as const;

function importMethod(login: LoginImport): AuthMethod {
  return {
    id: login.id,
    label: `Take over the login of ${login.program}`,
    kind: "custom",
    async run({ prompter }: AuthContext): Promise<AuthResult> {
      if (!(await agrees(login, prompter))) {
        throw new OAuthError("declined", "The login was not read, and nothing was changed.");
      }
      const found = await login.read();
      if (!found) throw new OAuthError("no-login", notSignedIn(login));
      return resultOf(found, login);
    },
  };
}

function agrees({ program, where, advice }: LoginImport, prompter: Pick<AuthPrompter, "confirm">): Promise<boolean> {
  return prompter.confirm({
    message: `Read the login of ${program} from ${where}? Nothing of it is changed. ${advice}`,
    initial: false,
  });
}

function resultOf({ profileId, credential, source }: ExternalLogin, { setup }: LoginImport): AuthResult {
  return { profiles: [{ profileId, credential }], ...setup, notes: [`Taken over from ${source}`] };
}

function notSignedIn({ program, where }: LoginImport): string {
  return `${program} is not signed in here: ${where} holds no login.`;
}

/** What the keychain says of the item: with `-w` its secret. Undefined when there is none, or its user refuses it to us. */
function askKeychain(flags: readonly string[], { spawn, env }: LoginImportPlaces): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn("security", ["find-generic-password", "-s", keychainItem, ...flags], {
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 ? text.trim() : undefined));
  });
}

async function readSecret(answer: Promise<string | undefined>): Promise<string | undefined> {
  return (await answer) || undefined;
}
