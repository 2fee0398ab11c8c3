import { readLifetime } from "../models/lifetime.ts";
import { openModels } from "../models/open-models.ts";
import { signIn } from "../models/sign-in.ts";
import { storeSignIn } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { createPrompter } from "../terminal/prompter.ts";

const required = (answer: string) => (answer.trim() ? undefined : "Required");

/** `models auth add`: asks for a token step by step. */
export async function run(
  { flags }: { flags: { agent?: string | undefined } },
  context: CommandContext,
): Promise<undefined> {
  if (context.stdin.isTTY !== true) throw new CliError("models auth add requires an interactive TTY.");
  const local = await openModels(context, flags.agent);
  const prompter = createPrompter(context);
  try {
    const chosen = await prompter.select({
      message: "Provider",
      options: [
        { value: "anthropic", label: "anthropic" },
        { value: "custom", label: "custom (type its id)" },
      ],
    });
    const typed =
      chosen === "anthropic"
        ? chosen
        : await prompter.text({ message: "Provider id", placeholder: "openrouter", validate: required });
    const provider = local.models.canonical(`${typed}/x`)?.provider ?? typed.trim().toLowerCase();
    const method =
      provider === "anthropic"
        ? await prompter.select({
            message: "Token method",
            options: [
              { value: "setup-token", label: "setup-token", hint: "of a Claude subscription" },
              { value: "paste", label: "paste a token" },
            ],
          })
        : "paste";
    if (method === "setup-token") {
      const { builtinProviderAuths } = await import("@openclaw/models/auth");
      const setup = builtinProviderAuths.find(({ id }) => id === "anthropic")?.auth[0];
      if (!setup) throw new Error("the setup-token sign-in is not built in");
      return void (await storeSignIn(await signIn(setup, local, context, prompter), local, context));
    }
    const profileId = await prompter.text({
      message: "Profile id",
      initial: `${provider}:manual`,
      validate: required,
    });
    const token = await prompter.text({ message: `Paste the token for ${provider}`, secret: true, validate: required });
    const lifetime = await prompter.text({ message: "Expires in (365d, 12h, 30m; blank for never)", initial: "" });
    const expires = lifetime === "" ? {} : { expires: context.now() + readLifetime(lifetime) };
    const credential = { type: "token" as const, provider, token, ...expires };
    await storeSignIn({ profiles: [{ profileId, credential }] }, local, context);
  } finally {
    prompter.close();
  }
}
