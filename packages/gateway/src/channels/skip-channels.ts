const truthy = ["1", "true", "yes", "on"];

/** Whether the environment keeps a Gateway from starting its channels. */
export function skipsChannels(env: NodeJS.ProcessEnv): boolean {
  const flags = [env.OPENCLAW_SKIP_CHANNELS, env.OPENCLAW_SKIP_PROVIDERS];
  return flags.some((flag) => truthy.includes((flag ?? "").trim().toLowerCase()));
}
