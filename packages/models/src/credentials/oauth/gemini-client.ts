import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { OAuthError } from "./oauth-error.ts";

/** As whom an installed application asks Google. */
export interface GeminiClient {
  readonly id: string;
  readonly secret?: string | undefined;
}

/** Where the Gemini CLI keeps what it signs in with, from the folder of its package. */
const places = [
  "node_modules/@google/gemini-cli-core/dist/src/code_assist/oauth2.js",
  "../gemini-cli-core/dist/src/code_assist/oauth2.js",
  "dist/src/code_assist/oauth2.js",
  "bundle/gemini.js",
];

/**
 * The client that the environment names, else that of an installed Gemini CLI: none is part of this program.
 * @throws OAuthError `no-login` when there is neither
 */
export async function findGeminiClient(env: NodeJS.ProcessEnv): Promise<GeminiClient> {
  for (const prefix of ["OPENCLAW_GEMINI_OAUTH", "GEMINI_CLI_OAUTH"]) {
    const id = env[`${prefix}_CLIENT_ID`]?.trim();
    if (id) return { id, secret: env[`${prefix}_CLIENT_SECRET`]?.trim() || undefined };
  }
  for (const folder of (env.PATH ?? "").split(path.delimiter).filter(Boolean)) {
    const program = await realpath(path.join(folder, "gemini")).catch(() => undefined);
    const client = program === undefined ? undefined : await clientOf(program);
    if (client) return client;
  }
  throw new OAuthError(
    "no-login",
    "Gemini CLI not found. Install it first (npm install -g @google/gemini-cli), or set GEMINI_CLI_OAUTH_CLIENT_ID and GEMINI_CLI_OAUTH_CLIENT_SECRET.",
  );
}

async function clientOf(program: string): Promise<GeminiClient | undefined> {
  // The program lies one or two folders deep in its package.
  const roots = [path.dirname(program), path.dirname(path.dirname(program))];
  const files = [program, ...roots.flatMap((root) => places.map((place) => path.join(root, place)))];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const id = /\d+-[a-z0-9]+\.apps\.googleusercontent\.com/.exec(text)?.[0];
    if (id !== undefined) return { id, secret: /GOCSPX-[A-Za-z0-9_-]+/.exec(text)?.[0] };
  }
  return undefined;
}
