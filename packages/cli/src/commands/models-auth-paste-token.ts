import { readLifetime } from "../models/lifetime.ts";
import { openModels } from "../models/open-models.ts";
import { storeSignIn } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsPasteTokenFlags } from "../spec/models-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** Longest token that is read from a pipe, in bytes. */
const maxTokenBytes = 64 * 1024;

/** `models auth paste-token`: keeps a token that was made elsewhere. */
export async function run(
  { flags }: CommandInput<typeof modelsPasteTokenFlags>,
  context: CommandContext,
): Promise<undefined> {
  const named = flags.provider?.trim();
  if (!named) throw new CliError("Missing --provider.");
  const local = await openModels(context);
  const provider = local.models.canonical(`${named}/x`)?.provider ?? named.toLowerCase();
  const lifetime = flags["expires-in"] === undefined ? undefined : readLifetime(flags["expires-in"]);
  const token = context.stdin.isTTY === true ? await askToken(provider, context) : await readToken(context);
  if (!token) {
    throw new CliError("No token was given, so nothing was stored. Paste it, or pipe it in.", { code: "no-token" });
  }
  const profileId = flags["profile-id"]?.trim() || `${provider}:manual`;
  const expires = lifetime === undefined ? {} : { expires: context.now() + lifetime };
  const credential = { type: "token" as const, provider, token, ...expires };
  await storeSignIn({ profiles: [{ profileId, credential }] }, local, context);
}

async function askToken(provider: string, context: CommandContext): Promise<string> {
  const prompter = createPrompter(context);
  try {
    return await prompter.text({
      message: `Paste the token for ${provider}`,
      secret: true,
      validate: (answer) => (answer ? undefined : "Required"),
    });
  } finally {
    prompter.close();
  }
}

async function readToken({ stdin }: CommandContext): Promise<string> {
  let text = "";
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > maxTokenBytes) throw new CliError("What was piped in is too long to be a token.");
  }
  return text.trim();
}
