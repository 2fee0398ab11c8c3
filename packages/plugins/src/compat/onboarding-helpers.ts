import { normalizeAccountId } from "@openclaw/plugin-sdk";
import { askPlaces } from "@openclaw/plugin-sdk/setup";

/** What set-ups of the reference release ask with, as far as the helpers here do. */
interface Prompter {
  note(text: string, title?: string): Promise<void>;
  text(question: {
    message: string;
    initialValue?: string;
    placeholder?: string;
    validate?: (value: string) => string | undefined;
  }): Promise<string>;
  confirm(question: { message: string; initialValue?: boolean }): Promise<boolean>;
  select(question: {
    message: string;
    options: readonly { value: string; label: string; hint?: string }[];
    initialValue?: string;
  }): Promise<string>;
}

/** Asks which account is meant: one that is there, or a new one. */
export async function promptAccountId(question: {
  cfg: unknown;
  prompter: Prompter;
  label: string;
  currentId?: string;
  listAccountIds: (cfg: unknown) => string[];
  defaultAccountId: string;
}): Promise<string> {
  const { cfg, prompter, label, currentId, defaultAccountId } = question;
  const listed = question.listAccountIds(cfg);
  const ids = listed.length === 0 ? [defaultAccountId] : listed;
  const another = "__new__";
  const chosen = await prompter.select({
    message: `${label} account`,
    options: [...ids.map((id) => ({ value: id, label: id })), { value: another, label: "Add a new account" }],
    initialValue: currentId?.trim() || defaultAccountId,
  });
  if (chosen !== another) return normalizeAccountId(chosen);
  const typed = await prompter.text({
    message: `New ${label} account id`,
    validate: (text) => (text.trim() ? undefined : "Required"),
  });
  const accountId = normalizeAccountId(typed);
  if (accountId !== typed.trim()) await prompter.note(`The account id is "${accountId}".`, label);
  return accountId;
}

/** Asks in which places a channel listens; null when that stays as it is. */
export async function promptChannelAccessConfig(question: {
  prompter: Prompter;
  label: string;
  currentPolicy?: "allowlist" | "open" | "disabled";
  currentEntries?: string[];
  placeholder?: string;
  allowOpen?: boolean;
  allowDisabled?: boolean;
  defaultPrompt?: boolean;
  updatePrompt?: boolean;
}): Promise<{ policy: "allowlist" | "open" | "disabled"; entries: string[] } | null> {
  const { prompter } = question;
  const asked = await askPlaces(
    {
      label: question.label,
      policy: question.currentPolicy,
      entries: question.currentEntries ?? [],
      placeholder: question.placeholder,
      initial: question.defaultPrompt,
      offersOpen: question.allowOpen,
      offersDisabled: question.allowDisabled,
    },
    {
      confirm: ({ message, initial }) =>
        prompter.confirm({ message, ...(initial === undefined ? {} : { initialValue: initial }) }),
      async select({ message, options, initial }) {
        const value = await prompter.select({
          message,
          options,
          ...(initial === undefined ? {} : { initialValue: initial }),
        });
        const found = options.find((each) => each.value === value);
        if (found === undefined) throw new Error(`"${value}" is no answer to: ${message}`);
        return found.value;
      },
      text: ({ message, placeholder, initial }) =>
        prompter.text({
          message,
          ...(placeholder === undefined ? {} : { placeholder }),
          ...(initial === undefined ? {} : { initialValue: initial }),
        }),
    },
  );
  return asked ?? null;
}
