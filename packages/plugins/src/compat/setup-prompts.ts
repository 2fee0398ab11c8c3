import { defaultAccountId, type ForeignPrompter, normalizeAccountId } from "@openclaw/plugin-sdk";

const another = "__new__";

/** Lets somebody choose one of a channel's accounts, or name another one. Resolves with its id. */
export async function promptAccountId<C>(asked: {
  cfg: C;
  prompter: Pick<ForeignPrompter, "select" | "text" | "note">;
  label: string;
  currentId?: string;
  listAccountIds: (cfg: C) => string[];
  defaultAccountId: string;
}): Promise<string> {
  const { cfg, prompter, label, listAccountIds } = asked;
  const ids = listAccountIds(cfg);
  const fallback = asked.defaultAccountId || defaultAccountId;
  const chosen = await prompter.select({
    message: `${label} account`,
    options: [
      ...ids.map((id) => ({ value: id, label: id === defaultAccountId ? "default (primary)" : id })),
      { value: another, label: "Add a new account" },
    ],
    initialValue: asked.currentId?.trim() || fallback,
  });
  if (chosen !== another) return normalizeAccountId(chosen);
  const typed = await prompter.text({
    message: `New ${label} account id`,
    validate: (value) => (value.trim() === "" ? "Required" : undefined),
  });
  const id = normalizeAccountId(typed);
  if (id !== typed.trim()) await prompter.note(`The id is kept as "${id}".`, `${label} account`);
  return id;
}

export type ChannelAccessPolicy = "allowlist" | "open" | "disabled";

/** Asks who may write in a channel's groups; null when somebody does not want to say. */
export async function promptChannelAccessConfig(asked: {
  prompter: Pick<ForeignPrompter, "select" | "text" | "confirm">;
  label: string;
  currentPolicy?: ChannelAccessPolicy;
  currentEntries?: readonly string[];
  placeholder?: string;
  allowOpen?: boolean;
  allowDisabled?: boolean;
  defaultPrompt?: boolean;
  updatePrompt?: boolean;
}): Promise<{ policy: ChannelAccessPolicy; entries: string[] } | null> {
  const { prompter, label, currentPolicy = "allowlist", currentEntries = [] } = asked;
  const wanted = await prompter.confirm({
    message: `${asked.updatePrompt ? "Update" : "Configure"} ${label} access?`,
    initialValue: asked.defaultPrompt ?? currentEntries.length === 0,
  });
  if (!wanted) return null;
  const policy = await prompter.select<ChannelAccessPolicy>({
    message: `${label} access`,
    options: [
      { value: "allowlist", label: "Allowlist (recommended)" },
      ...(asked.allowOpen === false ? [] : [{ value: "open" as const, label: "Open (allow all)" }]),
      ...(asked.allowDisabled === false ? [] : [{ value: "disabled" as const, label: "Disabled (block all)" }]),
    ],
    initialValue: currentPolicy,
  });
  if (policy !== "allowlist") return { policy, entries: [] };
  const typed = await prompter.text({
    message: `${label} allowlist (comma-separated)`,
    ...(asked.placeholder === undefined ? {} : { placeholder: asked.placeholder }),
    ...(currentEntries.length === 0 ? {} : { initialValue: currentEntries.join(", ") }),
  });
  return { policy, entries: entriesOf(typed) };
}

function entriesOf(text: string): string[] {
  return text
    .split(/[\n,;]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
