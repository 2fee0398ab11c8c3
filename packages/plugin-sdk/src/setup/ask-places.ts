import type { GroupPolicyName } from "../channel/channel-access.ts";
import type { ChannelPrompter } from "../channel/channel-setup.ts";
import { typedEntries } from "./typed-entries.ts";

/** Which places of a service the assistant listens in, as it is now. */
export interface PlacesQuestion {
  /** What they are called, for example `Discord channels`. */
  label: string;
  policy?: GroupPolicyName | undefined;
  /** Those that are listed now. */
  entries?: readonly string[];
  placeholder?: string | undefined;
  /** Whether the answer is yes when somebody only presses enter; default when nothing is listed yet. */
  initial?: boolean | undefined;
  offersOpen?: boolean | undefined;
  offersDisabled?: boolean | undefined;
}

export interface AskedPlaces {
  policy: GroupPolicyName;
  /** As they were typed; empty unless the policy is `allowlist`. */
  entries: string[];
}

/** Asks which places the assistant listens in; undefined when that is to stay as it is. */
export async function askPlaces(
  question: PlacesQuestion,
  prompter: Pick<ChannelPrompter, "confirm" | "select" | "text">,
): Promise<AskedPlaces | undefined> {
  const { label, policy: current, entries = [], placeholder, initial = entries.length === 0 } = question;
  if (!(await prompter.confirm({ message: `Configure ${label} access?`, initial }))) return undefined;
  const policy = await prompter.select<GroupPolicyName>({
    message: `${label} access`,
    options: [
      { value: "allowlist", label: "Allowlist", hint: "only those you name" },
      ...(question.offersOpen === false ? [] : [{ value: "open" as const, label: "Open", hint: "all of them" }]),
      ...(question.offersDisabled === false
        ? []
        : [{ value: "disabled" as const, label: "Disabled", hint: "none of them" }]),
    ],
    initial: current ?? "allowlist",
  });
  if (policy !== "allowlist") return { policy, entries: [] };
  const typed = await prompter.text({
    message: `${label} allowlist (separated by commas)`,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(entries.length === 0 ? {} : { initial: entries.join(", ") }),
  });
  return { policy, entries: typedEntries(typed) };
}
