export type TypingMode = "never" | "instant" | "thinking" | "message";

const modes: readonly string[] = ["never", "instant", "thinking", "message"] satisfies TypingMode[];
const defaultIntervalSeconds = 6;

interface TypingConfig {
  typingMode?: string | undefined;
  typingIntervalSeconds?: number | undefined;
}

/** When a chat is told that an answer is being written, and how often. The session's setting beats the agents'. */
export function typingSettings(
  config: { session?: TypingConfig | undefined; agents?: TypingConfig | undefined },
  message: { direct: boolean; mentioned: boolean; heartbeat: boolean },
): { mode: TypingMode; intervalMs: number } {
  const seconds =
    config.session?.typingIntervalSeconds ?? config.agents?.typingIntervalSeconds ?? defaultIntervalSeconds;
  const configured = [config.session?.typingMode, config.agents?.typingMode].find(isTypingMode);
  const otherwise: TypingMode = message.direct || message.mentioned ? "instant" : "message";
  return { mode: message.heartbeat ? "never" : (configured ?? otherwise), intervalMs: seconds * 1000 };
}

function isTypingMode(value: string | undefined): value is TypingMode {
  return value !== undefined && modes.includes(value);
}
