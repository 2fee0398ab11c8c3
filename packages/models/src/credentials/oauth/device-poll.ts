import type { AuthContext } from "./auth-method.ts";
import { OAuthError } from "./oauth-error.ts";

/** What the server said about a sign-in that is under way on another device. */
export type DevicePoll<T> =
  | { state: "done"; value: T }
  | { state: "pending" }
  /** Ask less often from now on, ms. */
  | { state: "slower"; intervalMs: number };

/** Asks again and again until somebody has signed in. @throws OAuthError `expired`, and what `ask` throws */
export async function pollDevice<T>(
  options: { intervalMs: number; expiresAt: number; ask: (intervalMs: number) => Promise<DevicePoll<T>> },
  { wait, now, signal }: Pick<AuthContext, "wait" | "now" | "signal">,
): Promise<T> {
  let { intervalMs } = options;
  while (now() < options.expiresAt) {
    await wait(intervalMs, signal);
    const answer = await options.ask(intervalMs);
    if (answer.state === "done") return answer.value;
    if (answer.state === "slower") intervalMs = answer.intervalMs;
  }
  throw new OAuthError("expired", "The code ran out before anybody signed in. Start again.");
}
