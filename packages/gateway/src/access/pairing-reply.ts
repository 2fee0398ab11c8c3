/** What a stranger is told: the text is part of the contract with other programs. */
export function pairingText(about: {
  channel: string;
  idLine: string;
  code: string;
  /** The profile the Gateway runs with. */
  profile: string | undefined;
}): string {
  const profile = about.profile === undefined ? "" : ` --profile ${about.profile}`;
  return [
    "OpenClaw: access not configured.",
    "",
    about.idLine,
    "",
    `Pairing code: ${about.code}`,
    "",
    "Ask the bot owner to approve with:",
    `openclaw${profile} pairing approve ${about.channel} <code>`,
  ].join("\n");
}

/** What somebody is told who was let in. */
export const approvedText = "✅ OpenClaw access approved. Send a message to start chatting.";
