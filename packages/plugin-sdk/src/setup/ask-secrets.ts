import type { ChannelPrompter, ChannelSetupInput } from "../channel/channel-setup.ts";

/** What an account needs to sign in. */
export interface SecretQuestion {
  /** What they are called after the channel's name, for example `Telegram token`. */
  label: string;
  /** Variables that together stand for them; they serve the account `default` alone. */
  variables: readonly string[];
  /** They are in the configuration already. */
  configured: boolean;
  /** What is asked for, by the names the answers get. */
  questions: readonly { name: string; message: string }[];
  /** Told before anything is asked for, where nothing is known yet. */
  help: { title: string; text: string };
  /** What is wrong with an answer. */
  validate?: (name: string, answer: string) => string | undefined;
}

/** Where the secrets come from. */
export type SecretAnswer = { from: "env" } | { from: "config" } | { from: "answers"; values: Record<string, string> };

/** Takes secrets from the configuration or the environment, when somebody says so, and asks for them otherwise. */
export async function askSecrets(
  { label, variables, configured, questions, help, validate }: SecretQuestion,
  { accountId, env, prompter }: Pick<ChannelSetupInput, "accountId" | "env"> & { prompter: ChannelPrompter },
): Promise<SecretAnswer> {
  const inEnv = accountId === "default" && variables.every((name) => (env[name] ?? "").trim() !== "");
  if (configured) {
    const message = `${label} already configured. Keep it?`;
    if (await prompter.confirm({ message, initial: true })) return { from: "config" };
  } else if (!inEnv) await prompter.note(help.text, help.title);
  if (inEnv) {
    const message = `${variables.join(" and ")} detected. Use env var${variables.length > 1 ? "s" : ""}?`;
    if (await prompter.confirm({ message, initial: true })) return { from: "env" };
  }
  const values: Record<string, string> = {};
  for (const { name, message } of questions) {
    const answer = await prompter.text({
      message,
      secret: true,
      validate: (text) => (text.trim() === "" ? "Required" : validate?.(name, text.trim())),
    });
    values[name] = answer.trim();
  }
  return { from: "answers", values };
}
