import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupChannel, SetupWorld } from "../setup-world.ts";

const howItWorks = [
  "Whoever writes for the first time gets a pairing code and no answer. You let them in:",
  "`openclaw pairing approve <channel> <code>`",
  'The policy `open` answers everybody and needs allowFrom ["*"].',
  "With several people, keep their conversations apart: session.dmScope.",
].join("\n");

/** The chat services the assistant listens to. */
export async function channelsStep(
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
  { quick, asks = true }: { quick: boolean; asks?: boolean },
): Promise<void> {
  const channels = await world.host.channels(draft.config());
  await prompter.note(channels.map(({ label, ...rest }) => `${label}: ${statusOf(rest)}`).join("\n"), "Channel status");
  if (!quick && asks && !(await prompter.confirm({ message: "Configure chat channels now?", initial: true }))) return;
  await prompter.note(howItWorks, "How channels work");
  const done: SetupChannel[] = [];
  for (;;) {
    const now = await world.host.channels(draft.config());
    const options = now.map((channel) => ({ value: channel.id, label: channel.label, hint: statusOf(channel) }));
    const last = quick ? { value: "__skip__", label: "Skip for now" } : { value: "__done__", label: "Finished" };
    const id = await prompter.select({
      message: quick ? "Select channel (QuickStart)" : "Select a channel",
      options: [...options, last],
      ...(quick && {
        initial: now.find(({ configured, envVars }) => configured || envVars.length > 0)?.id ?? "__skip__",
      }),
    });
    const channel = now.find((each) => each.id === id);
    if (!channel) break;
    if (await configureChannel(channel, draft, prompter, world, quick)) done.push(channel);
    if (quick) break;
  }
  if (done.length === 0) return;
  await prompter.note(
    done.map(({ label, docsPath }) => `${label}: https://docs.openclaw.ai${docsPath}`).join("\n"),
    "Selected channels",
  );
  if (!quick) await policies(done, draft, prompter);
}

function statusOf({ configured, envVars, linked }: Omit<SetupChannel, "label">): string {
  if (configured) return "configured";
  if (envVars.length > 0) return `${envVars.join(", ")} found`;
  return linked ? "not linked" : "needs a token";
}

/** @returns whether the channel is to be used */
async function configureChannel(
  channel: SetupChannel,
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
  quick: boolean,
): Promise<boolean> {
  const { id, label } = channel;
  if (channel.configured) {
    const action = await prompter.select({
      message: `${label} already configured. What do you want to do?`,
      options: [
        { value: "update", label: "Update" },
        { value: "disable", label: "Disable", hint: "keeps the configuration" },
        { value: "delete", label: "Delete" },
        { value: "skip", label: "Leave as it is" },
      ],
      initial: "skip",
    });
    if (action === "skip") return false;
    if (action === "disable") {
      draft.merge({ channels: { [id]: { enabled: false } } });
      return false;
    }
    if (action === "delete") {
      if (await prompter.confirm({ message: `Delete ${label} account "default"?`, initial: false })) {
        draft.merge({ channels: { [id]: null } });
      }
      return false;
    }
  }
  const section = await askSection(channel, draft, prompter, world);
  draft.merge({ channels: { [id]: section } });
  if (quick && (id === "telegram" || id === "whatsapp")) await askAllowFrom(channel, draft, prompter);
  if (channel.linked) {
    await prompter.note(`When this is done, link it: ${world.hint(`openclaw channels login --channel ${id}`)}`, label);
  }
  return true;
}

async function askSection(channel: SetupChannel, draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld) {
  const { id, label, fields, envVars, configured } = channel;
  if (configured && fields.length > 0) {
    const kept = await prompter.confirm({ message: `${label} token already configured. Keep it?`, initial: true });
    if (kept) return { enabled: true };
  }
  if (envVars.length > 0 && envVars.length >= fields.length) {
    const message = `${envVars.join(" and ")} detected. Use env var?`;
    if (await prompter.confirm({ message, initial: true })) {
      return world.host.channelSection(draft.config(), id, {}, true);
    }
  }
  for (;;) {
    const values: Record<string, string> = {};
    for (const { name, message, secret } of fields) {
      values[name] = await prompter.text({
        message,
        secret,
        validate: (text) => (text.trim() ? undefined : "Required"),
      });
    }
    try {
      return await world.host.channelSection(draft.config(), id, values, false);
    } catch (error) {
      if (!(error instanceof Error) || fields.length === 0) throw error;
      await prompter.note(error.message, label);
    }
  }
}

/** Who may write, so that the first message is answered without a pairing code. */
async function askAllowFrom({ id, label }: SetupChannel, draft: SetupDraft, prompter: SetupPrompter): Promise<void> {
  const isPhone = id === "whatsapp";
  const typed = await prompter.text({
    message: isPhone
      ? "Your personal WhatsApp number (the phone you will message from)"
      : "Telegram allowFrom (username or user id)",
    placeholder: isPhone ? "+15555550123" : "123456789",
    validate: isPhone ? phoneProblem : (text) => (text.trim() ? undefined : "Required"),
  });
  const entries = isPhone ? [typed.replace(/[\s().-]/g, "")] : typed.split(/[\s,]+/).filter(Boolean);
  const allowFrom = [...new Set([...allowedOn(draft, id), ...entries])];
  draft.merge({ channels: { [id]: { dmPolicy: "allowlist", allowFrom, ...(isPhone && { selfChatMode: true }) } } });
  await prompter.note(`${label} answers ${allowFrom.join(", ")} and nobody else.`, label);
}

function phoneProblem(text: string): string | undefined {
  return /^\+[1-9]\d{6,14}$/.test(text.replace(/[\s().-]/g, "")) ? undefined : `Invalid number: ${text}`;
}

async function policies(channels: readonly SetupChannel[], draft: SetupDraft, prompter: SetupPrompter): Promise<void> {
  const message = "Configure DM access policies now? (default: pairing)";
  if (!(await prompter.confirm({ message, initial: false }))) return;
  for (const { id, label } of channels) {
    const policy = await prompter.select({
      message: `${label} DM policy`,
      options: [
        { value: "pairing", label: "Pairing", hint: "strangers get a code" },
        { value: "allowlist", label: "Allowlist", hint: "only those you name" },
        { value: "open", label: "Open", hint: "everybody" },
        { value: "disabled", label: "Disabled", hint: "no direct messages" },
      ],
      initial: "pairing",
    });
    draft.merge({ channels: { [id]: { dmPolicy: policy } } });
    const known = allowedOn(draft, id);
    if (policy === "open") draft.merge({ channels: { [id]: { allowFrom: [...new Set([...known, "*"])] } } });
    if (policy !== "allowlist") continue;
    const typed = await prompter.text({
      message: `${label} allowFrom`,
      placeholder: "ids, separated by commas",
      initial: known.join(", "),
      validate: (text) => (text.trim() ? undefined : "Required"),
    });
    draft.merge({ channels: { [id]: { allowFrom: typed.split(/[\s,]+/).filter(Boolean) } } });
  }
}

/** Who may write on a channel as it is staged. */
function allowedOn(draft: SetupDraft, id: string): string[] {
  const section: unknown = draft.config().channels?.[id];
  if (typeof section !== "object" || section === null || !("allowFrom" in section)) return [];
  return Array.isArray(section.allowFrom) ? section.allowFrom.map(String) : [];
}
