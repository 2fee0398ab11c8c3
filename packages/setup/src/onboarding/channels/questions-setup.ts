import type { Channel, ChannelSetup } from "@openclaw/plugin-sdk";

/** The questions a channel names for `channels add`, one after the other; undefined where it has none. */
export function questionsSetup({ meta, accounts }: Channel, variables: readonly string[]): ChannelSetup | undefined {
  const { questions = [], setup, checkInput } = accounts ?? {};
  if (questions.length === 0 || setup === undefined) return undefined;
  return {
    async ask({ accountId, env, config, prompter }) {
      const inEnv = variables.length > 0 && variables.every((name) => (env[name] ?? "").trim() !== "");
      const useEnv =
        inEnv &&
        accountId === "default" &&
        (await prompter.confirm({ message: `${variables.join(" and ")} detected. Use env var?`, initial: true }));
      for (;;) {
        const values: Record<string, string> = {};
        for (const { name, message, secret } of useEnv ? [] : questions) {
          const before = config[name];
          values[name] = await prompter.text({
            message,
            ...(secret ? { secret } : {}),
            ...(!secret && typeof before === "string" ? { initial: before } : {}),
          });
        }
        const given = { accountId, useEnv, values, env };
        const problem = checkInput?.(given);
        if (problem === undefined) return { keys: setup(given) };
        await prompter.note(problem, meta.label);
        if (useEnv) return { keys: {} };
      }
    },
  };
}
